import { expect, it } from "vitest";
import { behindShim } from "../../../lib/core/shell/npm_shim.ts";

const HEAD =
  `@ECHO off\r\nGOTO start\r\n:find_dp0\r\nSET dp0=%~dp0\r\nEXIT /b\r\n:start\r\nSETLOCAL\r\nCALL :find_dp0\r\n`;
const PROG =
  `IF EXIST "%dp0%\\node.exe" (\r\n  SET "_prog=%dp0%\\node.exe"\r\n) ELSE (\r\n  SET "_prog=node"\r\n)\r\n`;
const LAST = `endLocal & goto #_undefined_# 2>NUL || title %COMSPEC% & "%_prog%"  `;

it.each<[what: string, file: string, text: string, behind: ReturnType<typeof behindShim>]>([
  [
    "npm's, of a global package",
    "C:\\npm\\codex.cmd",
    `${HEAD}\r\n${PROG}\r\n${LAST}"%dp0%\\node_modules\\@openai\\codex\\bin\\codex.js" %*\r\n`,
    { script: "C:\\npm\\node_modules\\@openai\\codex\\bin\\codex.js" },
  ],
  [
    "npm's, of a local package",
    "D:\\p\\node_modules\\.bin\\codex.cmd",
    `${HEAD}${PROG}${LAST}"%dp0%\\..\\@openai\\codex\\bin\\codex.js" %*`,
    { script: "D:\\p\\node_modules\\@openai\\codex\\bin\\codex.js" },
  ],
  ["npm's, of a program", "C:\\n\\x.cmd", `${HEAD}"%dp0%\\node_modules\\x\\x.exe"   %*\r\n`, {
    program: "C:\\n\\node_modules\\x\\x.exe",
  }],
  [
    "npm's, for another interpreter",
    "C:\\n\\x.cmd",
    `${HEAD}  SET "_prog=bash"\r\n"%_prog%" "%dp0%\\x.sh" %*`,
    undefined,
  ],
  ["somebody's own", "C:\\n\\x.bat", "@echo off\r\ncodex.exe %*\r\n", undefined],
  ["an empty one", "C:\\n\\x.cmd", "", undefined],
])("what starts behind a batch file: %s", (_, file, text, behind) => {
  expect(behindShim(file, text)).toEqual(behind);
});

import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { behindBatch } from "../../../lib/app/codex/batch_file.ts";

const WINDOWS = { env: { PATH: "" }, cwd: "C:\\", platform: "win32" };

/** A batch file in a folder of its own, which may have Node beside it. */
function batch(text: string, hasNode = false): { file: string; node: string } {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-batch-")));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const [file, node] = [join(dir, "codex.cmd"), join(dir, "node.exe")];
  writeFileSync(file, text);
  if (hasNode) writeFileSync(node, "", { mode: 0o755 });
  return { file, node };
}

const OF_NPM = 'SET "_prog=node"\r\n"%_prog%"  "%dp0%\\node_modules\\codex.js" %*\r\n';

describe("on Windows a batch file", () => {
  it("that npm made is what it starts with Node", () => {
    const { file, node } = batch(OF_NPM, true);
    const { file: started, before } = behindBatch(file, WINDOWS);
    expect(started).toBe(node);
    expect(before).toEqual([expect.stringMatching(/\\node_modules\\codex\.js$/)]);
  });

  it("that npm made for a program is that program", () => {
    const { file } = batch('"%dp0%\\node_modules\\codex.exe" %*\r\n');
    expect(behindBatch(file, WINDOWS)).toEqual({
      file: expect.stringMatching(/\\node_modules\\codex\.exe$/),
      before: [],
    });
  });

  it("that npm made can't be started without Node", () => {
    expect(() => behindBatch(batch(OF_NPM).file, WINDOWS)).toThrow(/it needs node, which is not on PATH/);
  });

  it("of somebody else is refused, because no arguments are safe there", () => {
    const { file } = batch("codex.exe %*\r\n");
    expect(() => behindBatch(file, WINDOWS)).toThrow(`Cannot start ${file}: arguments can't be given`);
  });
});

it("any other program is started as it is, and elsewhere a batch file too", () => {
  expect(behindBatch("C:\\codex.exe", WINDOWS)).toEqual({ file: "C:\\codex.exe", before: [] });
  expect(behindBatch("/x/codex.cmd", { ...WINDOWS, platform: "linux" })).toEqual({
    file: "/x/codex.cmd",
    before: [],
  });
});

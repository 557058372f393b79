import { describe, expect, test } from "vitest";
import { FLAVOURS } from "../../../lib/core/pool/flavour.ts";
import { ON_LIMIT } from "../../../lib/core/session/on_limit.ts";
import { COMMANDS } from "../../../lib/cli/commands/all.ts";
import { fittingWords, type Known } from "../../../lib/cli/completion/words.ts";
import type { Command } from "../../../lib/cli/declaration/command.ts";
import { allCommands } from "../../../lib/cli/declaration/catalogue.ts";
import { parseArguments } from "../../../lib/cli/pool/arguments.ts";
import { fittingPoolWords, poolScript } from "../../../lib/cli/pool/completion.ts";

const word = (text: string) => ({ text, about: "" });
const KNOWN: Known = {
  aliases: () => ["work", "spare"].map(word),
  emails: () => [word("me@example.com")],
  removed: () => Promise.resolve([word("gone")]),
  backups: () => Promise.resolve([word("20261120T120000Z-1f0c")]),
  threads: () => Promise.resolve([word("a thread")]),
  settings: () => Promise.resolve([{ ...word("sessions.policy"), values: ["score", "drain"] }]),
};

async function after(line: string, current = ""): Promise<string[] | string> {
  const before = line.split(" ").filter((each) => each !== "");
  const { words, paths } = await fittingWords(before, current, COMMANDS, KNOWN);
  return paths === "none" ? words.map(({ text }) => text) : paths;
}

const SESSIONS = ["work", "spare"];

describe("behind these words fit:", () => {
  test("at first, every command that the help lists, its other names, and the other programs", async () => {
    const words = await after("");
    const listed = (await allCommands(COMMANDS)).filter(({ name, summary, isHidden, commands }) =>
      name !== "" && !name.includes(" ") && !isHidden && (summary !== undefined || commands !== undefined)
    );
    expect(words).toEqual(expect.arrayContaining([...listed.map(({ name }) => name), "ls", "cap", "clb"]));
    expect(words).not.toContain("complete");
    expect(words).not.toContain("");
  });

  test.each([
    ["new", "", SESSIONS],
    ["restore", "", ["gone"]],
    ["purge", "", ["gone"]],
    ["backup", "", ["create", "list", "restore"]],
    ["backup restore", "", ["20261120T120000Z-1f0c"]],
    ["--policy drain new", "", SESSIONS],
    ["new", "wo", SESSIONS],
    ["new", "me", ["me@example.com"]],
    ["new --on-limit", "", ON_LIMIT],
    ["pick --prefer", "", ["work", "spare"]],
    ["bind work", "", ["spare"]],
    ["continue", "", ["a thread"]],
    ["skill install", "", ["cap", "clb"]],
    ["skill install cap --to", "", "folders"],
    ["skill install cap", "--to=x", "folders"],
    ["--cmd", "", "files"],
    ["new work --", "", "files"],
    ["new work -- resume", "--l", "files"],
    ["help supervisor", "", ["start", "restart", "status", "logs", "stop"]],
    ["supervisor", "", ["start", "restart", "status", "logs", "stop"]],
    ["completion", "", ["bash", "zsh", "fish", "powershell"]],
    ["no-such-command", "", []],
    ["supervisor no-such-member", "", []],
    ["why", "--json=x", []],
  ])("%s", async (line, current, words) => {
    expect(await after(line, current)).toEqual(words);
  });

  test("what a setting takes behind its name", async () => {
    const set: Command = {
      name: "set",
      usage: "",
      summary: "set",
      help: [],
      options: {},
      examples: [],
      takes: { what: "setting", most: 9 },
      run: () => Promise.resolve(0),
    };
    const commands = new Map([["set", () => Promise.resolve({ command: set })]]);
    const words = async (...before: string[]) =>
      (await fittingWords(before, "", commands, KNOWN)).words.map(({ text }) => text);
    expect(await words("set")).toEqual(["sessions.policy"]);
    expect(await words("set", "sessions.policy")).toEqual(["score", "drain"]);
    expect(await words("set", "no.such")).toEqual(["--help"]);
  });

  test("options that may still be given, each once", async () => {
    expect(await after("bind work", "--")).toEqual(["--here", "--remove", "--json", "--help"]);
    expect(await after("bind --here", "--")).toEqual(["--json", "--help"]);
    expect(await after("new", "--")).toContain("--prefer");
    expect(await after("new work", "--")).not.toContain("--prefer");
    expect(await after("", "--")).not.toContain("--shell");
    expect(await after("--print-command", "--")).toContain("--shell");
    expect(await after("status", "--")).not.toContain("--cmd");
    expect(await after("new", "--policy=")).toContain("--policy=drain");
    expect(await after("supervisor start")).toEqual(["--background", "--json", "--help"]);
  });

  test("every option of every command, at its command", async () => {
    for (const { name, options } of await allCommands(COMMANDS)) {
      if (name === "complete") continue;
      const words = await after(name, "--");
      for (const option of Object.keys(options).filter((option) => option !== "shell")) {
        expect(words, name).toContain(`--${option}`);
      }
    }
  });
});

describe("cap and clb:", () => {
  test("their script, or how it is asked for", () => {
    expect(poolScript("cap", ["fish"])).toContain("agentlb cap complete --for=fish");
    expect(poolScript("clb", ["zsh"])).toMatch(/^#compdef clb\n/);
    const usage = "usage: cap completion bash | zsh | fish | powershell";
    expect(poolScript("cap", ["--help"])).toBe(`${usage}\n`);
    for (const words of [[], ["tcsh"], ["bash", "zsh"]]) {
      expect(() => poolScript("cap", words)).toThrow(usage);
    }
  });

  test("nothing of it shows where callers compare: the usage and the choices", () => {
    for (const flavour of Object.values(FLAVOURS)) {
      expect(() => parseArguments(flavour, [], undefined)).toThrow(/^(?![^]*complet)/);
      expect(() => parseArguments(flavour, ["x"], undefined)).toThrow(/^(?![^]*complet)/);
    }
  });

  const pool = (name: "cap" | "clb", line: string, current = "") => {
    const { words, paths } = fittingPoolWords(name, line.split(" ").filter((each) => each !== ""), current);
    return paths === "none" ? words.map(({ text }) => text) : paths;
  };

  test("their commands, options, and values", () => {
    expect(pool("clb", "")).toEqual([
      "where",
      "list",
      "pick",
      "pick-auth",
      "reset-state",
      "status",
      "add",
      "completion",
    ]);
    expect(pool("cap", "pick")).toEqual(["--worker", "--base"]);
    expect(pool("cap", "pick --worker w", "-")).toEqual(["--base", "--help"]);
    expect(pool("cap", "status")).toBe("folders");
    expect(pool("cap", "status --via")).toEqual(["tmux", "app-server"]);
    expect(pool("cap", "status dir", "--via=")).toEqual(["--via=tmux", "--via=app-server"]);
    expect(pool("cap", "watch-team --registry")).toBe("files");
    expect(pool("cap", "status --timeout")).toEqual([]);
    expect(pool("clb", "watch-team")).toEqual([]);
    expect(pool("cap", "completion")).toEqual(["bash", "zsh", "fish", "powershell"]);
  });
});

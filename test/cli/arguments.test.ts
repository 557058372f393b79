import { describe, expect, it } from "vitest";
import { Failure } from "../../lib/core/text/failure.ts";
import { readCall } from "../../lib/cli/arguments.ts";
import { COMMANDS } from "../../lib/cli/commands/all.ts";

/** What a command line comes to: the command, its arguments, its options, and what is passed through. */
type Read = readonly [
  name: string,
  words: readonly string[],
  options: Readonly<Record<string, string | true>>,
  passthrough?: readonly string[],
];

/** A command line as one text; `''` is an empty word. */
async function read(line: string): Promise<Read> {
  const args = line.split(" ").filter((word) => word !== "").map((word) => word === "''" ? "" : word);
  const { command, words, options, passthrough } = await readCall(args, COMMANDS);
  const read = [command.name, words, options] as const;
  return passthrough.length === 0 ? read : [...read, passthrough];
}

async function refusal(line: string): Promise<Failure> {
  const thrown = await read(line).then(() => undefined, (error: unknown) => error);
  if (!(thrown instanceof Failure)) throw new Error(`accepted: ${line}`);
  expect(thrown.code).toBe("usage");
  return thrown;
}

describe("a command line is read as what it asks for", () => {
  it.each<[string, Read]>([
    ["", ["", [], {}]],
    ["new", ["new", [], {}]],
    ["new ''", ["new", [""], {}]],
    ["--policy drain", ["", [], { policy: "drain" }]],
    ["new --prefer b --no-exhausted", ["new", [], { prefer: "b", "no-exhausted": true }]],
    ["new '' --prefer b", ["new", [""], { prefer: "b" }]],
    ["new a1", ["new", ["a1"], {}]],
    ["rr", ["rr", [], {}]],
    ["last", ["last", [], {}]],
    ["pick --json", ["pick", [], { json: true }]],
    ["pick --policy=adaptive", ["pick", [], { policy: "adaptive" }]],
    ["status", ["status", [], {}]],
    ["list", ["status", [], {}]],
    ["ls --json", ["status", [], { json: true }]],
    ["status --policy balanced", ["status", [], { policy: "balanced" }]],
    ["--json status", ["status", [], { json: true }]],
    ["pause a", ["pause", ["a"], {}]],
    ["unpause a@b.c", ["unpause", ["a@b.c"], {}]],
    ["login a --force", ["login", ["a"], { force: true }]],
    ["login a --login-cmd x", ["login", ["a"], { "login-cmd": "x" }]],
    ["rm a@b.c", ["rm", ["a@b.c"], {}]],
    ["rm ''", ["rm", [""], {}]],
    ["why a --prefer b", ["why", ["a"], { prefer: "b" }]],
    ["--seed 3 simulate", ["simulate", [], { seed: "3" }]],
    ["supervisor", ["supervisor", [], {}]],
    ["skill", ["skill", [], {}]],
    ["skill install cap", ["skill install", ["cap"], {}]],
    ["skill --to=a install --link clb", ["skill install", ["clb"], { to: "a", link: true }]],
    ["skill --to a install clb", ["skill install", ["clb"], { to: "a" }]],
    ["--to a skill install clb", ["skill install", ["clb"], { to: "a" }]],
    ["skill remove clb --to ./b --dry-run", ["skill remove", ["clb"], { to: "./b", "dry-run": true }]],
    ["supervisor start --background", ["supervisor start", [], { background: true }]],
    ["supervisor restart", ["supervisor restart", [], {}]],
    ["supervisor stop", ["supervisor stop", [], {}]],
    ["supervisor daemon", ["supervisor daemon", [], {}]],
    ["config", ["config", [], {}]],
    ["config init --force", ["config init", [], { force: true }]],
    ["--version", ["", [], { version: true }]],
    ["help", ["help", [], {}]],
    ["help supervisor stop", ["help", ["supervisor", "stop"], {}]],
  ])("%s", async (line, expected) => expect(await read(line)).toEqual(expected));

  it.each(["--cmd x new a", "new --cmd x a", "new a --cmd x", "new a --cmd=x"])(
    "options stand before and after the command: %s",
    async (line) => expect(await read(line)).toEqual(["new", ["a"], { cmd: "x" }]),
  );

  it.each(["sh", "fish", "powershell"] as const)("a command is printed for %s", async (shell) => {
    const expected = ["rr", [], { "print-command": true, shell }];
    expect(await read(`rr --print-command --shell ${shell}`)).toEqual(expected);
    expect(await read(`--shell=${shell} rr --print-command`)).toEqual(expected);
  });

  it("for no other shell, and only where it is printed", async () => {
    expect(await refusal("--print-command --shell cmd")).toMatchObject({
      message: "Option '--shell' does not take 'cmd'",
      hint: "it takes one of: sh, fish, powershell",
    });
    expect((await refusal("--print-command --shell")).message).toBe(
      "Option '--shell' needs a value: --shell <shell>",
    );
    for (const line of ["rr --shell sh", "pick --shell sh"]) {
      const { message, verbatim } = await refusal(line);
      expect([message, verbatim]).toEqual(["--shell is only supported with --print-command", true]);
    }
  });

  it("what follows -- is passed through, and is no command of ours", async () => {
    const passthrough = ["new", "a", "--help", "--"];
    expect(await read("-- new a --help --")).toEqual(["", [], {}, passthrough]);
    expect(await read("rr --print-command -- -x")).toEqual(["rr", [], { "print-command": true }, ["-x"]]);
  });

  it("a value may be empty, and a dash may be given with =", async () => {
    expect(await read("rr --cmd ''")).toEqual(["rr", [], { cmd: "" }]);
    expect(await read("rr --cmd=-x")).toEqual(["rr", [], { cmd: "-x" }]);
  });
});

describe("asking for help or the version is just that, whatever else stands there", () => {
  it.each([
    ["-h", ""],
    ["--help", ""],
    ["rm work --help", "rm"],
    ["rm --help", "rm"],
    ["--help rm work", "rm"],
    ["new -h", "new"],
    ["new a --prefer b -h", "new"],
    ["list --help", "status"],
    ["config init --help", "config init"],
    ["config --help", "config"],
    ["supervisor start -h", "supervisor start"],
    ["supervisor daemon --help", "supervisor daemon"],
    ["skill install -h", "skill install"],
    ["--print-command status --help", "status"],
    ["--policy best --help", ""],
  ])("%s", async (line, name) => {
    const [command, , options] = await read(line);
    expect([command, options.help]).toEqual([name, true]);
  });

  it.each(["-V", "--version", "rm -V", "new --version", "skill install --version", "-V status"])(
    "%s",
    async (line) => expect((await read(line))[2]).toEqual({ version: true }),
  );
});

describe("a wrong command line says what is wrong and what to do", () => {
  it.each([
    ["bogus", "There is no command 'bogus'", "see: agentlb --help"],
    ["New", "There is no command 'New'", "did you mean: agentlb new"],
    ["statsu", "There is no command 'statsu'", "did you mean: agentlb status"],
    ["''", "There is no command ''", "see: agentlb --help"],
    ["bogus --json", "There is no command 'bogus'", "see: agentlb --help"],
    [
      "new a b",
      "Unexpected argument 'b' for agentlb new",
      "usage: agentlb new [<alias> | <email>] [options] [-- <args>...]",
    ],
    [
      "status x",
      "Unexpected argument 'x' for agentlb status",
      "usage: agentlb status [--json] [--policy <policy>]",
    ],
    [
      "status -- x",
      "Unexpected argument 'x' for agentlb status",
      "usage: agentlb status [--json] [--policy <policy>]",
    ],
    [
      "rm a -- b",
      "Unexpected argument 'b' for agentlb rm",
      "usage: agentlb rm <alias-or-email> [--force] [--json]",
    ],
    [
      "skill install cap clb",
      "Unexpected argument 'clb' for agentlb skill install",
      "usage: agentlb skill install cap | clb [--to <dir>] [--copy | --link] [--dry-run] [--json]",
    ],
    [
      "--nope",
      "agentlb has no option '--nope'",
      "to give '--nope' to the command that is run, put it after --",
    ],
    [
      "--constructor",
      "agentlb has no option '--constructor'",
      "to give '--constructor' to the command that is run, put it after --",
    ],
    ["-x new", "agentlb new has no option '-x'", "to give '-x' to the command that is run, put it after --"],
    ["status --nope", "agentlb status has no option '--nope'", "see: agentlb help status"],
    ["--print-comand", "agentlb has no option '--print-comand'", "did you mean: --print-command"],
    ["rm x --froce", "agentlb rm has no option '--froce'", "did you mean: --force"],
    ["rm --help --nope", "agentlb rm has no option '--nope'", "see: agentlb help rm"],
    [
      "rr --json",
      "--json of agentlb rr is only supported with --print-command: stdout is that of Codex",
      "leave out --json, or add --print-command",
    ],
    ["help --json", "agentlb help has no option '--json'", "see: agentlb help help"],
    ["rr --markdown", "agentlb rr has no option '--markdown'", "--markdown belongs to: agentlb simulate"],
    [
      "rr --prefer a",
      "agentlb rr has no option '--prefer'",
      "--prefer belongs to: agentlb, agentlb new, agentlb pick, agentlb why",
    ],
    [
      "status --prefer a",
      "agentlb status has no option '--prefer'",
      "--prefer belongs to: agentlb, agentlb new, agentlb pick, agentlb why",
    ],
    [
      "skill remove cap --link",
      "agentlb skill remove has no option '--link'",
      "--link belongs to: agentlb skill install",
    ],
    ["--seed 3 rr", "agentlb rr has no option '--seed'", "--seed belongs to: agentlb simulate"],
    ...["prefer b", "policy score", "no-exhausted"].map((option) => [
      `new a --${option}`,
      `Option '--${option.split(" ")[0]}' can't be used with a name: agentlb new then runs that session`,
      `leave out the name to let agentlb new pick, or leave out --${option.split(" ")[0]}`,
    ]),
    ["--cmd", "Option '--cmd' needs a value: --cmd <command>", "see: agentlb --help"],
    ["rr --cmd -- x", "Option '--cmd' needs a value: --cmd <command>", "see: agentlb help rr"],
    [
      "--cmd --print-command",
      "Option '--cmd' needs a value: --cmd <command>",
      "a value that starts with '-' is written --cmd=--print-command",
    ],
    ["skill install cap --to", "Option '--to' needs a value: --to <dir>", "see: agentlb help skill install"],
    ["--cmd a --cmd b", "Option '--cmd' is given twice", "see: agentlb --help"],
    ["rm a --force --force", "Option '--force' is given twice", "see: agentlb help rm"],
    [
      "rr --print-command=yes",
      "Option '--print-command' takes no value, not 'yes'",
      "see: agentlb help rr",
    ],
    ["--policy", "Option '--policy' needs a value: --policy <policy>", "see: agentlb --help"],
    [
      "--policy best",
      "Option '--policy' does not take 'best'",
      "it takes one of: score, balanced, drain, adaptive",
    ],
    [
      "supervisor bogus",
      "There is no command 'supervisor bogus'",
      "see: agentlb help supervisor",
    ],
    [
      "supervisor strat",
      "There is no command 'supervisor strat'",
      "did you mean: agentlb supervisor start",
    ],
    ["skill bogus", "There is no command 'skill bogus'", "see: agentlb help skill"],
    ["skill install nope", "There is no skill 'nope'", "it takes one of: cap, clb"],
    [
      "skill install cap --copy --link",
      "--copy and --link can't be used together",
      "see: agentlb help skill install",
    ],
  ])("%s", async (line, message, hint) => {
    const failure = await refusal(line);
    expect([failure.message, failure.hint, failure.verbatim]).toEqual([message, hint, false]);
  });

  it.each([
    ["rm", "usage: agentlb rm <alias-or-email>"],
    ["pause", "usage: agentlb pause <alias-or-email>"],
    ["unpause", "usage: agentlb unpause <alias-or-email>"],
    ["login", "usage: agentlb login <alias> [--force] [--login-cmd <command>]"],
    ["supervisor start", "usage: agentlb supervisor start --background"],
    ["skill remove", "usage: agentlb skill remove cap | clb [--to <dir>] [--dry-run]"],
    ["status --print-command", "--print-command is only supported for session run commands"],
    ["--print-command pick", "--print-command is only supported for session run commands"],
  ])("%s: one line that scripts know", async (line, expected) => {
    const { message, hint, verbatim } = await refusal(line);
    expect([message, hint, verbatim]).toEqual([expected, undefined, true]);
  });
});

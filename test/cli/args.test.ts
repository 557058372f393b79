import { describe, expect, it } from "vitest";
import { Failure } from "../../lib/core/text/failure.ts";
import { parseRequest, type Request, type RunWish } from "../../lib/cli/args.ts";

const PLAIN: RunWish = { cmd: "", loginCmd: "", printOnly: false, passthrough: [] };

/** A command line as one text; `''` is an empty word. */
function parse(line: string): Request {
  return parseRequest(line.split(" ").filter((word) => word !== "").map((word) => word === "''" ? "" : word));
}

function refusal(line: string): string {
  try {
    parse(line);
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    expect((error as Failure).code).toBe("usage");
    expect((error as Failure).verbatim).toBe(true);
    return (error as Failure).message;
  }
  throw new Error(`accepted: ${line}`);
}

describe("a command line is read as what it asks for", () => {
  it.each<[string, Request]>([
    ["", { do: "best", wish: PLAIN, demand: {} }],
    ["new", { do: "best", wish: PLAIN, demand: {} }],
    ["new ''", { do: "best", wish: PLAIN, demand: {} }],
    ["--policy drain", { do: "best", wish: PLAIN, demand: { policy: "drain" } }],
    ["new --prefer b --no-exhausted", {
      do: "best",
      wish: PLAIN,
      demand: { prefer: "b", noExhausted: true },
    }],
    ["new a1", { do: "new", target: "a1", wish: PLAIN }],
    ["rr", { do: "turn", wish: PLAIN }],
    ["last", { do: "last", wish: PLAIN }],
    ["pick --json", { do: "pick", json: true, demand: {} }],
    ["pick --policy=adaptive", { do: "pick", json: false, demand: { policy: "adaptive" } }],
    ["status", { do: "status", json: false, policy: undefined }],
    ["status --policy balanced", { do: "status", json: false, policy: "balanced" }],
    ["pause a", { do: "pause", target: "a" }],
    ["unpause a@b.c", { do: "unpause", target: "a@b.c" }],
    ["login a --force", { do: "login", alias: "a", force: true, loginCmd: "" }],
    ["login a --login-cmd x", { do: "login", alias: "a", force: false, loginCmd: "x" }],
    ["rm a@b.c", { do: "remove", target: "a@b.c", force: false }],
    ["rm ''", { do: "remove", target: "", force: false }],
    ["supervisor", { do: "help", topic: "supervisor" }],
    ["skill", { do: "help", topic: "skill" }],
    ["skill install cap", {
      do: "skill",
      request: { verb: "install", pool: "cap", to: undefined, isDry: false, how: undefined },
    }],
    ["skill --to=a install --link clb", {
      do: "skill",
      request: { verb: "install", pool: "clb", to: "a", isDry: false, how: "link" },
    }],
    ["skill remove clb --to ./b --dry-run", {
      do: "skill",
      request: { verb: "remove", pool: "clb", to: "./b", isDry: true },
    }],
    ["supervisor start --background", { do: "supervise", verb: "start" }],
    ["supervisor restart", { do: "supervise", verb: "restart" }],
    ["supervisor stop", { do: "supervise", verb: "stop" }],
    ["supervisor daemon", { do: "daemon" }],
    ["config init --force", { do: "init", force: true }],
    ["--version", { do: "version" }],
    ["help", { do: "help", topic: "" }],
    ["help supervisor stop", { do: "help", topic: "supervisor stop" }],
  ])("%s", (line, request) => expect(parse(line)).toEqual(request));

  it.each(["--cmd x new a", "new --cmd x a", "new a --cmd x", "new a --cmd=x"])(
    "options stand before and after the command: %s",
    (line) => expect(parse(line)).toEqual({ do: "new", target: "a", wish: { ...PLAIN, cmd: "x" } }),
  );

  it.each(["sh", "fish", "powershell"] as const)("a command is printed for %s", (shell) => {
    const request = { do: "turn", wish: { ...PLAIN, printOnly: true, shell } };
    expect(parse(`rr --print-command --shell ${shell}`)).toEqual(request);
    expect(parse(`--shell=${shell} rr --print-command`)).toEqual(request);
  });

  it("for no other shell, and only where it is printed", () => {
    expect(refusal("--print-command --shell cmd")).toContain("invalid value 'cmd' for '--shell <shell>'");
    expect(refusal("--print-command --shell")).toContain("a value is required for '--shell <shell>'");
    expect(refusal("rr --shell sh")).toBe("--shell is only supported with --print-command");
    expect(refusal("pick --shell sh")).toBe("--shell is only supported with --print-command");
  });

  it("what follows -- is passed through, and is no command of ours", () => {
    const passthrough = ["new", "a", "--help", "--"];
    expect(parse("-- new a --help --")).toEqual({ do: "best", wish: { ...PLAIN, passthrough }, demand: {} });
    expect(parse("rr --print-command -- -x")).toEqual({
      do: "turn",
      wish: { ...PLAIN, printOnly: true, passthrough: ["-x"] },
    });
  });

  it("an empty --cmd is as good as none, and a dash may be given with =", () => {
    expect(parse("rr --cmd ''")).toEqual({ do: "turn", wish: PLAIN });
    expect(parse("rr --cmd=-x")).toEqual({ do: "turn", wish: { ...PLAIN, cmd: "-x" } });
  });
});

describe("asking for help is help, whatever else stands there", () => {
  it.each([
    ["-h", ""],
    ["--help", ""],
    ["rm work --help", "rm"],
    ["rm --help", "rm"],
    ["--help rm work", "rm"],
    ["new -h", "new"],
    ["config init --help", "config init"],
    ["config --help", "config"],
    ["supervisor start -h", "supervisor start"],
    ["supervisor daemon --help", "supervisor daemon"],
    ["skill install -h", "skill install"],
    ["--print-command status --help", "status"],
  ])("%s", (line, topic) => expect(parse(line)).toEqual({ do: "help", topic }));
});

describe("a wrong command line says what is wrong", () => {
  it.each([
    ["bogus", "error: unexpected argument 'bogus' found"],
    ["New", "error: unexpected argument 'New' found"],
    ["stat", "error: unexpected argument 'stat' found"],
    ["''", "error: unexpected argument '' found"],
    ["new a b", "error: unexpected argument 'b' found"],
    ["status x", "error: unexpected argument 'x' found"],
    ["status -- x", "error: unexpected argument 'x' found"],
    ["rm a -- b", "error: unexpected argument 'b' found"],
    ["--nope", "error: unexpected argument '--nope' found"],
    ["--constructor", "error: unexpected argument '--constructor' found"],
    ["--print", "error: unexpected argument '--print' found"],
    ["-x new", "error: unexpected argument '-x' found"],
    ["rr --json", "error: unexpected argument '--json' found"],
    ["new --version", "error: unexpected argument '--version' found"],
    ["--cmd", "error: a value is required for '--cmd <command>' but none was supplied"],
    ["--cmd -- x", "error: a value is required for '--cmd <command>' but none was supplied"],
    ["--cmd --print-command", "error: a value is required for '--cmd <command>' but none was supplied"],
    ["--cmd a --cmd b", "error: the argument '--cmd <command>' cannot be used multiple times"],
    ["rm a --force --force", "error: the argument '--force' cannot be used multiple times"],
    ["rr --print-command=yes", "error: unexpected value 'yes' for '--print-command' found"],
    ["--policy", "error: a value is required for '--policy <policy>' but none was supplied"],
    ["--policy best", "error: invalid value 'best' for '--policy <policy>'"],
    ["new a --policy score", "error: unexpected argument '--policy' found"],
    ["new a --no-exhausted", "error: unexpected argument '--no-exhausted' found"],
    ["rr --prefer a", "error: unexpected argument '--prefer' found"],
    ["status --prefer a", "error: unexpected argument '--prefer' found"],
    ["supervisor bogus", "error: unrecognized subcommand 'bogus'"],
    ["help bogus", "error: unrecognized subcommand 'bogus'"],
    ["rm --help --nope", "error: unexpected argument '--nope' found"],
    ["skill bogus", "error: unrecognized subcommand 'bogus'"],
    ["skill install nope", "error: there is no skill 'nope'"],
    ["skill install cap clb", "error: unexpected argument 'clb' found"],
    ["skill install cap --to", "error: a value is required for '--to <dir>' but none was supplied"],
    ["skill install cap --copy --link", "error: the argument '--copy' cannot be used with '--link'"],
    ["skill remove cap --link", "error: unexpected argument '--link' found"],
  ])("%s", (line, first) => {
    const lines = refusal(line).split("\n");
    expect(lines[0]).toBe(first);
    expect(lines.at(-3)).toMatch(/^Usage: agentlb/);
    expect(lines.at(-1)).toMatch(/^For more information, try 'agentlb /);
  });

  it.each([
    ["statsu", "status"],
    ["--print-comand", "--print-command"],
    ["supervisor strat", "start"],
    ["help logn", "login"],
    ["rm x --froce", "--force"],
  ])("%s: the nearest word is offered", (line, word) => {
    expect(refusal(line)).toContain(`tip: did you mean '${word}'?`);
  });

  it.each([
    ["rm", "usage: agentlb rm <alias-or-email>"],
    ["pause", "usage: agentlb pause <alias-or-email>"],
    ["unpause", "usage: agentlb unpause <alias-or-email>"],
    ["config", "usage: agentlb config init"],
    ["supervisor start", "usage: agentlb supervisor start --background"],
    ["skill remove", "usage: agentlb skill remove cap | clb [--to <dir>] [--dry-run]"],
    ["status --print-command", "--print-command is only supported for session run commands"],
    ["--print-command pick", "--print-command is only supported for session run commands"],
  ])("%s: one line that scripts know", (line, message) => expect(refusal(line)).toBe(message));

  it("an argument can't steer the terminal through the message", () => {
    expect(refusal("\x1b[2J")).toContain("'\\u{1b}[2J'");
  });
});

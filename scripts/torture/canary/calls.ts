import { COMMANDS } from "../../../lib/cli/commands/all.ts";
import { allCommands } from "../../../lib/cli/declaration/catalogue.ts";
import { allCommandsOf } from "../../../lib/cli/pool/commands.ts";
import { FLAVOURS } from "../../../lib/core/pool/flavour.ts";

/** Words that a command takes beside its name; those of a command that is not here are the first two. */
const WORDS: readonly (readonly string[])[] = [[], ["a"], ["b"], ["a", "b2"], ["key"], ["no-such"], [
  "--no-such",
]];
const MORE: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "": [["--print-command"], ["--policy", "x"]],
  new: [["n1", "--login-cmd", "false"], ["n2", "--print-command"], ["a"]],
  login: [["a", "--force", "--login-cmd", "false"], ["no-such"]],
  exec: [["a", "--", "true"], ["b", "--", "sh", "-c", "exit 3"]],
  shell: [["no-such"]],
  init: [["n3", "--login-cmd", "false"]],
  "supervisor start": [["--background"]],
  "config get": [["sessions.stale_sec"], ["x"]],
  "config set": [["sessions.stale_sec", "500"], ["sessions.stale_sec", "x"]],
  "skill install": [["cap", "--dry-run"], ["cap"]],
  complete: [["--", "agentlb", "login", ""], ["--for", "zsh", "--", "agentlb", "rm", "a"]],
  wait: [["a", "--timeout", "1s"]],
  continue: [["--last", "--yes"], ["019a9f2c"]],
  purge: [["--yes"]],
  bind: [["a", "--here"], []],
  // It stays in the foreground for as long as it is let.
  "supervisor daemon": [[]],
};
const POOL_WORDS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  pick: [["--worker", "w", "--base", "b"]],
  "pick-auth": [["--worker", "w", "--base", "b"]],
  "watch-team": [["../pool", "--once"], ["../no-such", "--once"]],
  status: [["../pool"], ["../pool", "--json"], ["../pool", "--print-raw"], ["../pool", "--via", "tmux"]],
  add: [["n", "--login-cmd", "false"], ["auth-a", "--force", "--login-cmd", "false"]],
};

/** The calls of every command of the three programs; a new command comes by itself. */
export async function allCalls(): Promise<string[][]> {
  const agentlb = (await allCommands(COMMANDS)).flatMap(({ name, options = {} }) => {
    const words = name.split(" ").filter((word) => word !== "");
    return [
      [...words, "--help"],
      ...(MORE[name] ?? WORDS).map((more) => [...words, ...more]),
      ...("json" in options
        ? [...(MORE[name] ?? WORDS.slice(0, 3))].map((more) => [...words, "--json", ...more])
        : []),
    ];
  });
  const pools = (["cap", "clb"] as const).flatMap((program) =>
    allCommandsOf(FLAVOURS[program]).flatMap(({ name }) => [
      [program, name, "--help"],
      ...(POOL_WORDS[name] ?? [[], ["--no-such"]]).map((more) => [program, name, ...more]),
    ])
  );
  return [...agentlb, ...pools];
}

import type { Surroundings } from "./surroundings.ts";

/** A command that is to be run, as a value. */
export interface Launch {
  /** The program: a path, or a name to look up on PATH. */
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Gives it an empty stdin instead of ours. */
  readonly stdin?: "empty";
  /** Gives it our stderr for its stdout, when ours is for data. */
  readonly stdout?: "stderr";
  /** Drops what it says on stderr also while it says nothing on stdout, for a program that may say any amount. */
  readonly stderr?: "dropped";
  /** Its own process group, so that a limit ends its children too. Not for what may start a Codex that renews a login. */
  readonly group?: "own";
}

/** The variable that passes its origin to a supervisor. */
export const ORIGIN = "AGENTLB_ORIGIN";

/** Variables that would bring another login, or another home's databases, into a session. */
const FOREIGN = ["CODEX_ACCESS_TOKEN", "CODEX_API_KEY", "OPENAI_API_KEY", "CODEX_SQLITE_HOME"];

/**
 * The environment of a Codex process in `home`: ours, without variables of another login unless `passed` names them.
 */
export function codexEnvironment(
  around: Surroundings,
  home: string,
  passed: readonly string[],
): Record<string, string> {
  const kept = definedOf(around, ["CODEX_HOME", ORIGIN, ...FOREIGN.filter((name) => !passed.includes(name))]);
  kept.CODEX_HOME = home;
  return kept;
}

/** Variables that change what a program of Bun does, or open it to a debugger. */
const RUNTIME = [
  "BUN_OPTIONS",
  "BUN_BE_BUN",
  "BUN_INSPECT",
  "BUN_INSPECT_CONNECT_TO",
  "BUN_INSPECT_NOTIFY",
  "BUN_INSPECT_PRELOAD",
];

/** The environment of another copy of this program: ours, without what would make another program of it. */
export function selfEnvironment(around: Surroundings): Record<string, string> {
  return definedOf(around, RUNTIME);
}

/** The environment of the supervisor: the same, without the keys and the home of this caller, as it works for all. */
export function supervisorEnvironment(around: Surroundings): Record<string, string> {
  return definedOf(around, [...RUNTIME, ...FOREIGN, "CODEX_HOME"]);
}

/** On Windows names in any case are the same variable. */
function definedOf({ env, platform }: Surroundings, dropped: readonly string[]): Record<string, string> {
  const isDropped = platform === "win32"
    ? (name: string) => dropped.includes(name.toUpperCase())
    : (name: string) => dropped.includes(name);
  const kept: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !isDropped(name)) kept[name] = value;
  }
  return kept;
}

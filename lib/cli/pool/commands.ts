import type { Flavour } from "../../core/pool/flavour.ts";

/** An option of a command. */
export interface Option {
  /** The flags with their dashes; a switch may have a second one that negates it. */
  readonly flags: readonly string[];
  readonly kind: "text" | "switch" | "onOff";
  readonly help: string;
  readonly isRequired?: boolean;
  readonly initial?: string | boolean;
  /** True when the predecessor lacks it: it has no abbreviation, so that those of other options keep their meaning. */
  readonly isNew?: boolean;
  /** What its value is, for completion: a path, or one of these words. */
  readonly takes?: "folder" | "file" | readonly string[];
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** The one argument it takes. */
  readonly argument?: { readonly name: string; readonly help: string; readonly takes?: Option["takes"] };
  readonly options: readonly Option[];
}

const text = (flag: string, help: string, initial?: string): Option => ({
  flags: [flag],
  kind: "text",
  help,
  ...(initial === undefined ? {} : { initial }),
});
const required = (flag: string, help: string): Option => ({ ...text(flag, help), isRequired: true });
const toggle = (flag: string, help: string): Option => ({
  flags: [flag],
  kind: "switch",
  help,
  initial: false,
});
const taking = (takes: NonNullable<Option["takes"]>, option: Option): Option => ({ ...option, takes });
const fresh = (option: Option): Option => ({ ...option, isNew: true });

const WORKER = [
  required("--worker", "name of the worker"),
  required("--base", "base name of the worker"),
];
const TEAM = [
  taking("folder", text("--team-dir", "team directory instead of the configured one")),
  text("--glob", "glob instead of the configured one"),
];
const READING = [
  text("--pre-send-wait", "seconds before /status is typed", "5.0"),
  text("--enter-delay", "seconds between /status and Enter", "0.5"),
  {
    flags: ["--disable-mcp", "--no-disable-mcp"],
    kind: "onOff",
    initial: true,
    help: "leave the MCP servers of the source out",
  } as const,
];
const DIRECTORY = { name: "team_dir", help: "directory with the auth files", takes: "folder" } as const;

const ALL: readonly Command[] = [
  { name: "where", summary: "show which settings are used", options: [] },
  { name: "list", summary: "print the source directories", options: [] },
  { name: "pick", summary: "print the source directory for a worker", options: WORKER },
  { name: "pick-auth", summary: "print the auth file for a worker", options: WORKER },
  { name: "auth-current", summary: "print the auth file that the team is on", options: TEAM },
  { name: "auth-advance", summary: "move the team to its next auth file and print it", options: TEAM },
  { name: "reset-state", summary: "forget all counts", options: [] },
  {
    name: "status",
    summary: "show what each auth file has left",
    argument: DIRECTORY,
    options: [
      text("--glob", "glob instead of the configured one"),
      text("--timeout", "seconds to wait for the limits", "12"),
      ...READING,
      toggle("--print-raw", "print all that Codex shows"),
      fresh(taking(["tmux", "app-server"], text("--via", "tmux or app-server"))),
      fresh(toggle("--json", "print JSON")),
      fresh(toggle("--table", "print a table")),
    ],
  },
  {
    name: "watch-team",
    summary: "move the team on when its auth file is exhausted",
    argument: DIRECTORY,
    options: [
      text("--glob", "glob instead of the configured one"),
      taking("file", text("--registry", "registry.json of the team")),
      text("--interval", "seconds between two looks", "180"),
      text("--grace", "seconds before the team is restarted", "300"),
      text("--max-retries", "readings that may fail", "10"),
      text("--needle", "what a worker shows at its limit", "You've hit your usage limit."),
      text("--message", "what restarted workers are told", ""),
      toggle("--once", "look once and end"),
      text("--status-timeout", "seconds to wait for the limits", "12"),
      ...READING,
      fresh(taking(["tmux", "app-server"], text("--via", "tmux or app-server"))),
      fresh(toggle("--rotate-on-unknown", "move on when the limits can't be read, too")),
    ],
  },
];

/** The command for users that argparse's usage lines leave out, because callers compare them. */
export const COMPLETION: Pick<Command, "name" | "summary"> = {
  name: "completion",
  summary: "print the script that completes command lines: bash, zsh, fish or powershell",
};

/** The commands of a flavour, in the order of its usage line. */
export function commandsOf(flavour: Flavour): Command[] {
  return ALL.filter(({ name }) => flavour.commands.includes(name));
}

/** The key of an option's value. */
export function keyOf({ flags }: Option): string {
  return flags[0]!.replace(/^-+/, "").replaceAll("-", "_");
}

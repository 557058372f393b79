import type { End } from "../../app/codex/run.ts";
import type { Host } from "../../io/host.ts";
import type { Given, Options } from "./option.ts";
import type { EVERYWHERE } from "./shared_options.ts";

/** All commands by their first word: where the declaration is, or the name of the command that it is another word for. */
export type Commands = ReadonlyMap<string, string | LoadCommand>;
/** Loads the file of a command. */
export type LoadCommand = () => Promise<{ readonly command: Command }>;

/** A command line, read and checked. */
export interface Call<Known extends Options = Record<never, never>> {
  readonly command: Command;
  /** The arguments of the command. */
  readonly words: readonly string[];
  readonly options: Given<Known & typeof EVERYWHERE>;
  /** What follows `--`. */
  readonly passthrough: readonly string[];
}

/** A part of a page of help: lines, and rows of two columns. */
export interface Section {
  readonly title: string;
  readonly lines: readonly (string | readonly [string, string])[];
}

/** A command: all that the parser, the pages of help and the runner know of it. */
export interface Command {
  /** The words that name it, "" for the one without. */
  readonly name: string;
  /** What follows the name: arguments first, then options in brackets. */
  readonly usage: string;
  /** A few words for a list of commands; a family has none, its members have. */
  readonly summary?: string;
  /** The list of all commands leaves it out. */
  readonly isHidden?: boolean;
  /** Paragraphs of its page; without any it has the page of its family. */
  readonly help: readonly string[];
  readonly options: Options;
  /** Options of which at most one can be given. */
  readonly exclusive?: readonly (readonly string[])[];
  /** Command lines to show. */
  readonly examples: readonly string[];
  readonly sections?: readonly Section[];
  /** The arguments that it takes; none unless given. */
  readonly takes?: Arguments;
  /** It runs a session, so it takes words after `--` and can print a command instead. */
  readonly runsSession?: boolean;
  /** Makes it a family: what can follow its name. */
  readonly commands?: readonly Command[];
  run(host: Host, call: Call, commands: Commands): Promise<End>;
}

/** A declaration whose `run` knows the types of its own options. */
export interface CommandWith<Known extends Options> extends Command {
  readonly options: Known;
  readonly exclusive?: readonly (readonly (keyof Known & string)[])[];
  run(host: Host, call: Call<Known>, commands: Commands): Promise<End>;
}

/** The arguments that a command takes. */
export interface Arguments {
  /** What one is, for a message: "skill". */
  readonly what: string;
  readonly oneOf?: readonly string[];
  /** At most so many; 1 unless given. */
  readonly most?: number;
  /** The command is wrong without one. */
  readonly isNeeded?: boolean;
  /** Said instead of the usage when a needed one is missing: scripts may know the line. */
  readonly missing?: string;
}

import type { End } from "../../app/codex/run.ts";
import type { Host } from "../../io/host.ts";
import type { Given, Options } from "./option.ts";
import type { EVERYWHERE } from "./shared_options.ts";

/** All commands by first word: the loader of the declaration, or the command that the word is another name of. */
export type Commands = ReadonlyMap<string, string | LoadCommand>;
/** Loads the file of a command. */
export type LoadCommand = () => Promise<{ readonly command: Command }>;

/** A parsed and checked command line. */
export interface Call<Known extends Options = Record<never, never>> {
  readonly command: Command;
  /** The arguments of the command. */
  readonly words: readonly string[];
  readonly options: Given<Known & typeof EVERYWHERE>;
  /** The words after `--`. */
  readonly passthrough: readonly string[];
}

/** A part of a page of help: lines, and rows of two columns. */
export interface Section {
  readonly title: string;
  readonly lines: readonly (string | readonly [string, string])[];
}

/** The declaration of a command, for the parser, the pages of help and the runner. */
export interface Command {
  /** The words that name it; "" for the command without a name. */
  readonly name: string;
  /** The usage after the name: arguments first, then options in brackets. */
  readonly usage: string;
  /** The summary in a list of commands; a family has none, its members have. */
  readonly summary?: string;
  /** True when the list of all commands omits it. */
  readonly isHidden?: boolean;
  /** The paragraphs of its page; without any it has the page of its family. */
  readonly help: readonly string[];
  readonly options: Options;
  /** Groups of options of which at most one may be given. */
  readonly exclusive?: readonly (readonly string[])[];
  /** Example command lines. */
  readonly examples: readonly string[];
  readonly sections?: readonly Section[];
  /** The arguments that it takes; absent = none. */
  readonly takes?: Arguments;
  /** True when it runs a session, so it takes words after `--` and can print a command instead. */
  readonly runsSession?: boolean;
  /** True when it finishes or undoes a move of a session that was cut short by itself. */
  readonly settles?: boolean;
  /** True when it takes any words after `--`, though it runs no session. */
  readonly takesRest?: boolean;
  /** The members of a family. */
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
  /** The noun for one argument in a message: "skill". */
  readonly what: string;
  readonly oneOf?: readonly string[];
  /** The maximum number; by default 1. */
  readonly most?: number;
  /** True when an argument is required. */
  readonly isNeeded?: boolean;
  /** The message for a missing required argument, instead of the usage: scripts may depend on it. */
  readonly missing?: string;
}

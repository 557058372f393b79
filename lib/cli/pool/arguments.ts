import { Failure } from "../../core/text/failure.ts";
import type { Flavour } from "../../core/pool/flavour.ts";
import type { PoolOptions } from "../../core/pool/options.ts";
import { quotedAsPython } from "../../core/pool/python/whole.ts";
import { allCommandsOf, type Command, commandsOf, keyOf, type Option } from "./commands.ts";
import { commandHelp, commandUsage, lineWidth, programHelp, programUsage } from "./usage.ts";

/** A parsed command line. */
export type PoolRequest =
  | { readonly do: "help"; readonly text: string }
  | { readonly do: "run"; readonly command: string; readonly options: PoolOptions };

/** Parses a command line as Python's argparse does. Throws Failure with the messages of argparse. */
export function parseArguments(
  flavour: Flavour,
  args: readonly string[],
  columns: string | undefined,
): PoolRequest {
  const width = lineWidth(columns);
  const commands = commandsOf(flavour);
  const usage = () => programUsage(flavour.name, commands, width);
  const fail = (problem: string): never => refuse(usage(), flavour.name, problem);
  let found: { command: Command; options: PoolOptions; unknown: readonly string[] } | undefined;
  const unknown: string[] = [];
  const help = scan(args, [], fail, {
    unknown,
    argument(words) {
      const command = allCommandsOf(flavour).find(({ name }) => name === words[0]);
      if (command === undefined) {
        const choices = commands.map(({ name }) => quotedAsPython(name)).join(", ");
        return fail(`argument cmd: invalid choice: ${quotedAsPython(words[0]!)} (choose from ${choices})`);
      }
      const parsed = parseCommand(flavour, command, words.slice(1), width);
      if (typeof parsed === "string") return parsed;
      found = { command, ...parsed };
      return undefined;
    },
    takesAll: true,
  });
  if (help === true) return { do: "help", text: programHelp(usage(), allCommandsOf(flavour)) };
  if (typeof help === "string") return { do: "help", text: help };
  if (found === undefined) return fail("the following arguments are required: cmd");
  const left = [...unknown, ...found.unknown];
  if (left.length > 0) return fail(`unrecognized arguments: ${left.join(" ")}`);
  return { do: "run", command: found.command.name, options: found.options };
}

/** Parses the options of one command, or a request for its help. */
function parseCommand(
  flavour: Flavour,
  command: Command,
  args: readonly string[],
  width: number,
): { options: PoolOptions; unknown: readonly string[] } | string {
  const usage = () => commandUsage(flavour.name, command, width);
  const fail = (problem: string): never => refuse(usage(), `${flavour.name} ${command.name}`, problem);
  const values = new Map<string, string | boolean>();
  const unknown: string[] = [];
  const { argument } = command;
  const help = scan(args, command.options, fail, {
    unknown,
    option: (option, value) => void values.set(keyOf(option), value),
    ...(argument === undefined ? {} : {
      argument(words: readonly string[]) {
        values.set(argument.name, words[0]!);
        return undefined;
      },
    }),
  });
  if (help === true) return commandHelp(usage(), command);
  const required = [
    ...(argument === undefined ? [] : [{ key: argument.name, shown: argument.name }]),
    ...command.options.filter((option) => option.isRequired).map((option) => ({
      key: keyOf(option),
      shown: option.flags.join("/"),
    })),
  ];
  const missing = required.filter(({ key }) => !values.has(key)).map(({ shown }) => shown);
  if (missing.length > 0) fail(`the following arguments are required: ${missing.join(", ")}`);
  for (const option of command.options) {
    if (!values.has(keyOf(option)) && option.initial !== undefined) values.set(keyOf(option), option.initial);
  }
  return { options: values, unknown };
}

/** The receivers of the words of a command line. */
interface Takers {
  /** Unrecognized words. */
  readonly unknown: string[];
  option?(option: Option, value: string | boolean): void;
  /** Takes the one argument, with `takesAll` also all words after it. A returned text ends the scan. */
  argument?(words: readonly string[]): string | undefined;
  readonly takesAll?: boolean;
}

type Word =
  | { readonly kind: "argument" | "dashes" | "unknown" }
  | Found & { readonly kind: "option" };

/** An option that a word names, and the value after its `=`. */
interface Found {
  readonly option: Option;
  readonly flag: string;
  readonly value: string | undefined;
}

/** Goes through the words; returns true on a request for help. */
function scan(
  args: readonly string[],
  options: readonly Option[],
  fail: (problem: string) => never,
  takers: Takers,
): true | string | undefined {
  const words = kindsOf(args, options, fail);
  let isArgumentOpen = takers.argument !== undefined;
  for (let at = 0; at < args.length;) {
    const word = words[at]!;
    if (word.kind === "option" && word.option === HELP) {
      checkHelp(word, fail);
      return true;
    }
    if (word.kind === "unknown") {
      takers.unknown.push(args[at++]!);
    } else if (word.kind === "option") {
      at = takeOption(args, words, at, word, fail, takers);
    } else {
      // `--` is allowed before or after an argument; elsewhere it is unrecognized.
      let end = at;
      while (words[end]?.kind === "dashes") end++;
      if (!isArgumentOpen || words[end]?.kind !== "argument") {
        takers.unknown.push(args[at++]!);
        continue;
      }
      isArgumentOpen = false;
      if (takers.takesAll) return takers.argument!(args.slice(at));
      takers.argument!([args[end]!]);
      at = end + 1;
      while (words[at]?.kind === "dashes") at++;
    }
  }
  return undefined;
}

function takeOption(
  args: readonly string[],
  words: readonly Word[],
  at: number,
  { option, flag, value }: Found,
  fail: (problem: string) => never,
  takers: Takers,
): number {
  const shown = option.flags.join("/");
  if (option.kind !== "text") {
    if (value !== undefined) fail(`argument ${shown}: ignored explicit argument ${quotedAsPython(value)}`);
    takers.option?.(option, flag === option.flags[0]);
    return at + 1;
  }
  if (value !== undefined) {
    takers.option?.(option, value);
    return at + 1;
  }
  if (words[at + 1]?.kind !== "argument") fail(`argument ${shown}: expected one argument`);
  takers.option?.(option, args[at + 1]!);
  return at + 2;
}

const HELP: Option = { flags: ["-h", "--help"], kind: "switch", help: "" };
const NEGATIVE_NUMBER = /^-(?:\p{Nd}+|\p{Nd}*\.\p{Nd}+)$/u;

/** Classifies each word; after `--` all are arguments. */
function kindsOf(
  args: readonly string[],
  options: readonly Option[],
  fail: (problem: string) => never,
): Word[] {
  const dashes = args.indexOf("--");
  return args.map((text, at) => {
    if (at === dashes) return { kind: "dashes" };
    if (dashes >= 0 && at > dashes) return { kind: "argument" };
    const found = lookUp(text, [HELP, ...options], fail);
    if (found !== undefined) return { kind: "option", ...found };
    return { kind: isValue(text) ? "argument" : "unknown" };
  });
}

/** The option of a word: by its full name, or by an unambiguous prefix. */
function lookUp(
  text: string,
  options: readonly Option[],
  fail: (problem: string) => never,
): Found | undefined {
  if (!text.startsWith("-") || text === "-") return undefined;
  const named = (flag: string) => options.find(({ flags }) => flags.includes(flag));
  const exact = named(text);
  if (exact !== undefined) return { option: exact, flag: text, value: undefined };
  const equals = text.indexOf("=");
  const flag = equals < 0 ? text : text.slice(0, equals);
  const value = equals < 0 ? undefined : text.slice(equals + 1);
  const before = named(flag);
  if (before !== undefined) return { option: before, flag, value };
  if (!text.startsWith("--")) {
    return text.startsWith("-h") ? { option: HELP, flag: "-h", value: text.slice(2) } : undefined;
  }
  const matches = options.filter(({ isNew }) => !isNew)
    .flatMap((option) => option.flags.map((flag) => ({ option, flag, value })))
    .filter((match) => match.flag.startsWith(flag));
  if (matches.length > 1) {
    fail(`ambiguous option: ${text} could match ${matches.map((match) => match.flag).join(", ")}`);
  }
  return matches[0];
}

/** Accepts `-hh` as `-h -h`; fails for anything else after `-h`. */
function checkHelp({ flag, value }: Found, fail: (problem: string) => never): void {
  const rest = flag === "-h" && value !== "" ? value?.replace(/^h+/, "") || undefined : value;
  if (rest !== undefined) fail(`argument -h/--help: ignored explicit argument ${quotedAsPython(rest)}`);
}

/** True for words with a leading dash that are values: negative numbers, and words that contain a blank. */
function isValue(text: string): boolean {
  return !text.startsWith("-") || text === "-" || NEGATIVE_NUMBER.test(text) || text.includes(" ");
}

function refuse(usage: string, program: string, problem: string): never {
  throw new Failure("usage", `${usage}\n${program}: error: ${problem}`, { verbatim: true });
}

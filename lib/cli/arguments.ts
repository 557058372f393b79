import { Failure } from "../core/text/failure.ts";
import type { Call, Command, Commands } from "./declaration/command.ts";
import type { Option, Options } from "./declaration/option.ts";
import { EVERYWHERE, PICK_OPTIONS, START_OPTIONS } from "./declaration/shared_options.ts";

/** Options that may precede a command without loading every command. */
const LEADING: Options = { ...EVERYWHERE, ...PICK_OPTIONS, ...START_OPTIONS };

/** Loads the failures for wrong command lines, which most command lines don't need. */
const misuse = () => import("./declaration/misuse.ts");

/** Parses a command line without the program's name; loads only the command that it names. Throws the usage failure. */
export async function readCall(args: readonly string[], commands: Commands): Promise<Call> {
  const end = args.indexOf("--");
  const ours = end < 0 ? args : args.slice(0, end);
  const passthrough = end < 0 ? [] : args.slice(end + 1);
  const { command, words, tokens } = await commandIn(ours, commands);
  const options = new Map<string, string | true>();
  for (const token of tokens) {
    if (token.kind === "option") await readOption(command, token, options, commands);
  }
  const most = command.takes === undefined ? 0 : command.takes.most ?? 1;
  const extra = words[most] ?? (command.runsSession || command.takesRest ? undefined : passthrough[0]);
  if (extra !== undefined) throw (await misuse()).extraWord(command, extra);
  const call: Call = { command, words, options: Object.fromEntries(options), passthrough };
  if (!call.options.help && !call.options.version) await check(call);
  return call;
}

/** Tells whether a command line has `--json`, also one that can't be parsed. */
export function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? undefined : end).some((word) => /^--json(=|$)/.test(word));
}

/** The command that the words name, the remaining words, and all tokens as parsed with its options. */
async function commandIn(
  args: readonly string[],
  commands: Commands,
): Promise<{ command: Command; words: readonly string[]; tokens: readonly Token[] }> {
  const known = { ...LEADING };
  if (optionsBeforeWord(tokensOf(args, known)).some((name) => !Object.hasOwn(known, name))) {
    const { allCommands } = await import("./declaration/catalogue.ts");
    for (const { options } of await allCommands(commands)) Object.assign(known, options);
  }
  const [first] = wordsIn(tokensOf(args, known));
  const command = first === "" ? undefined : await commandNamed(commands, first ?? "");
  if (command === undefined) throw await (await misuse()).noCommand(first ?? "", commands);
  for (const { options } of [command, ...command.commands ?? []]) Object.assign(known, options);
  const tokens = tokensOf(args, known);
  const words = wordsIn(tokens).slice(1);
  const [second] = words;
  if (command.commands === undefined || second === undefined) return { command, words, tokens };
  const member = command.commands.find(({ name }) => name === `${command.name} ${second}`);
  if (member === undefined) throw (await misuse()).noMember(command, second);
  return { command: member, words: words.slice(1), tokens };
}

/** Loads the command of this first word; undefined when there is none. */
async function commandNamed(commands: Commands, word: string): Promise<Command | undefined> {
  const entry = commands.get(word);
  if (typeof entry === "string") return await commandNamed(commands, entry);
  return (await entry?.())?.command;
}

function wordsIn(tokens: readonly Token[]): string[] {
  return tokens.flatMap((token) => token.kind === "positional" ? [token.value] : []);
}

function optionsBeforeWord(tokens: readonly Token[]): string[] {
  const at = tokens.findIndex(({ kind }) => kind === "positional");
  const before = at < 0 ? tokens : tokens.slice(0, at);
  return before.flatMap((token) => token.kind === "option" ? [token.name] : []);
}

async function readOption(
  command: Command,
  token: OptionToken,
  options: Map<string, string | true>,
  commands: Commands,
): Promise<void> {
  const { name, value, inlineValue } = token;
  const option = optionNamed(command, name);
  if (option === undefined) throw await (await misuse()).noOption(command, token.rawName, commands);
  if (option.value === undefined) {
    if (value !== undefined) throw (await misuse()).needlessValue(command, name, value);
  } else if (value === undefined || (inlineValue === false && value.startsWith("-") && value !== "-")) {
    throw (await misuse()).noValue(command, name, option.value, value);
  }
  if (options.has(name)) throw (await misuse()).givenTwice(command, name);
  options.set(name, value ?? true);
}

function optionNamed(command: Command, name: string): Option | undefined {
  const options: Options = { ...EVERYWHERE, ...command.options };
  return Object.hasOwn(options, name) ? options[name] : undefined;
}

/** Checks a command line that does not ask for help. Scripts may depend on some of the messages. */
async function check({ command, words, options }: Call): Promise<void> {
  const given: Readonly<Record<string, string | true | undefined>> = options;
  if (options["print-command"] && !command.runsSession) {
    throw verbatim("--print-command is only supported for session run commands");
  }
  if (options.shell !== undefined && !options["print-command"]) {
    throw verbatim("--shell is only supported with --print-command");
  }
  if (given.json && command.runsSession && !options["print-command"]) {
    throw (await misuse()).onlyPrinted(command);
  }
  for (const [name, value] of Object.entries(given)) {
    const { oneOf, isForUnnamed } = optionNamed(command, name) ?? {};
    if (isForUnnamed && (words[0] ?? "") !== "") throw (await misuse()).uselessOption(command, name);
    if (oneOf !== undefined && !oneOf.includes(String(value))) {
      throw (await misuse()).wrongValue(command, name, String(value), oneOf);
    }
  }
  for (const names of command.exclusive ?? []) {
    const [one, other] = names.filter((name) => given[name] !== undefined);
    if (one !== undefined && other !== undefined) throw (await misuse()).bothGiven(command, one, other);
  }
  const { what = "", oneOf, isNeeded } = command.takes ?? {};
  const lacksOption = Object.entries(command.options).some(([name, option]) =>
    option.isNeeded && given[name] === undefined
  );
  if (lacksOption || (isNeeded && words.length === 0)) {
    throw (await misuse()).missing(command);
  }
  const [word] = words;
  if (oneOf !== undefined && word !== undefined && !oneOf.includes(word)) {
    throw (await misuse()).wrongWord(command, what, word, oneOf);
  }
}

function verbatim(message: string): Failure {
  return new Failure("usage", message, { verbatim: true });
}

/** A word of a command line, or an option with its value if it has one. */
export type Token =
  | { readonly kind: "positional"; readonly value: string }
  | OptionToken;

export interface OptionToken {
  readonly kind: "option";
  readonly name: string;
  /** The name as typed, without a value. */
  readonly rawName: string;
  readonly value: string | undefined;
  /** True when the value stood behind `=`; undefined without a value. */
  readonly inlineValue: boolean | undefined;
}

/**
 * Separates options from other words as the lenient `parseArgs` of `node:util` does, for options of which none with a
 * value has a short name. Loading that module would take a tenth of the time of a pick.
 */
export function tokensOf(args: readonly string[], options: Options): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    const equals = word.indexOf("=", 3);
    if (word.length < 2 || !word.startsWith("-")) {
      tokens.push({ kind: "positional", value: word });
    } else if (!word.startsWith("--")) {
      for (const letter of word.slice(1)) {
        tokens.push(option(nameOf(letter, options), `-${letter}`, undefined, undefined));
      }
    } else if (equals >= 0) {
      // The first `=` ends the name, even an empty one.
      const end = word.indexOf("=");
      tokens.push(option(word.slice(2, end), word.slice(0, end), word.slice(end + 1), true));
    } else {
      const name = word.slice(2);
      const takesNext = Object.hasOwn(options, name) && options[name]!.value !== undefined &&
        at + 1 < args.length;
      tokens.push(option(name, word, takesNext ? args[++at] : undefined, takesNext ? false : undefined));
    }
  }
  return tokens;
}

function option(
  name: string,
  rawName: string,
  value: string | undefined,
  inlineValue: boolean | undefined,
): OptionToken {
  return { kind: "option", name, rawName, value, inlineValue };
}

function nameOf(letter: string, options: Options): string {
  return Object.keys(options).find((name) => options[name]!.short === letter) ?? letter;
}

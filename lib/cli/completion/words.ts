import {
  type Candidate,
  type Completion,
  FILES,
  FOLDERS,
  listed,
  NOTHING,
  wordsOnly,
} from "../../core/completion/candidate.ts";
import { allCommands } from "../declaration/catalogue.ts";
import type { Command, Commands } from "../declaration/command.ts";
import type { Option, Options } from "../declaration/option.ts";
import { EVERYWHERE, PICK_OPTIONS, RUN_OPTIONS, START_OPTIONS } from "../declaration/shared_options.ts";

/** Looks up what only the disk knows, when it is wanted. */
export interface Known {
  aliases(): Candidate[];
  emails(): Candidate[];
  /** Sessions in the trash. */
  removed(): Promise<Candidate[]>;
  backups(): Promise<Candidate[]>;
  threads(): Promise<Candidate[]>;
  settings(): Promise<KnownSetting[]>;
}

/** The path of a setting, and the words that it takes if they are few. */
export interface KnownSetting extends Candidate {
  readonly values: readonly string[];
}

/** The words that fit behind others on a command line of `agentlb`, by the declarations of its commands. */
export async function fittingWords(
  before: readonly string[],
  current: string,
  commands: Commands,
  known: Known,
): Promise<Completion> {
  if (before.includes("--")) return FILES;
  const { command, scan } = await commandIn(before, commands);
  if (command === undefined) return NOTHING;
  const options: Options = { ...command.options, ...command.runsSession ? EVERYWHERE : ALWAYS };
  if (scan.open !== undefined) return await valuesOf(scan.open.value, scan.open.oneOf, current, known);
  const [, name, value] = /^--([^=]+)=([^]*)$/.exec(current) ?? [];
  if (name !== undefined && value !== undefined) {
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (option?.value === undefined) return NOTHING;
    const { words, paths } = await valuesOf(option.value, option.oneOf, value, known);
    return { paths, words: words.map((word) => ({ ...word, text: `--${name}=${word.text}` })) };
  }
  if (current.startsWith("-")) return wordsOnly(optionWords(command, options, scan));
  const positional = await argumentsOf(command, scan.words, current, commands, known);
  const isEmpty = positional.words.length === 0 && positional.paths === "none";
  return isEmpty ? wordsOnly(optionWords(command, options, scan)) : positional;
}

/** What every command takes, whether or not it runs a session. */
const ALWAYS: Options = Object.fromEntries(
  Object.entries(EVERYWHERE).filter(([name]) => !Object.hasOwn(RUN_OPTIONS, name) && name !== "version"),
);

/** What precedes the cursor: words that are no options, the options given, and one that still lacks its value. */
interface Scan {
  readonly words: readonly string[];
  readonly given: ReadonlySet<string>;
  readonly open: Option | undefined;
}

function scanned(before: readonly string[], options: Options): Scan {
  const words: string[] = [];
  const given = new Set<string>();
  let open: Option | undefined;
  for (const word of before) {
    if (open !== undefined) {
      open = undefined;
    } else if (word.startsWith("--")) {
      const [name = ""] = word.slice(2).split("=", 1);
      given.add(name);
      const option = Object.hasOwn(options, name) ? options[name] : undefined;
      if (option?.value !== undefined && !word.includes("=")) open = option;
    } else if (!word.startsWith("-") || word === "-") {
      words.push(word);
    }
  }
  return { words, given, open };
}

/** The command or member that the words name; its scan has the words behind its name. */
async function commandIn(
  before: readonly string[],
  commands: Commands,
): Promise<{ command: Command | undefined; scan: Scan }> {
  const leading: Options = { ...EVERYWHERE, ...PICK_OPTIONS, ...START_OPTIONS };
  const [first = ""] = scanned(before, leading).words;
  const entry = commands.get(first);
  const load = typeof entry === "string" ? commands.get(entry) : entry;
  if (load === undefined || typeof load === "string") return { command: undefined, scan: NO_SCAN };
  const { command } = await load();
  const members = command.commands ?? [];
  const known = Object.assign({}, leading, ...[command, ...members].map(({ options }) => options));
  const scan = scanned(before, known);
  const words = scan.words.slice(1);
  if (members.length === 0 || words.length === 0) return { command, scan: { ...scan, words } };
  const member = members.find(({ name }) => name === `${command.name} ${words[0]}`);
  return { command: member, scan: { ...scan, words: words.slice(1) } };
}

const NO_SCAN: Scan = { words: [], given: new Set(), open: undefined };

/** The words that fit as the next argument of a command. */
async function argumentsOf(
  command: Command,
  given: readonly string[],
  current: string,
  commands: Commands,
  known: Known,
): Promise<Completion> {
  if (command.name === "") return wordsOnly([...await commandWords(commands), ...PROGRAMS]);
  if (command.commands !== undefined) return wordsOnly(memberWords(command));
  const { takes } = command;
  if (takes === undefined || given.length >= (takes.most ?? 1)) return NOTHING;
  if (takes.what === "command") {
    if (given.length === 0) return wordsOnly(await commandWords(commands));
    const family = (await allCommands(commands)).find(({ name }) => name === given[0]);
    return wordsOnly(family === undefined ? [] : memberWords(family));
  }
  if (takes.what === "setting" && given.length > 0) {
    return wordsOnly(listed((await known.settings()).find(({ text }) => text === given[0])?.values ?? []));
  }
  const { words, paths } = await valuesOf(takes.what, takes.oneOf, current, known);
  return { paths, words: words.filter(({ text }) => !given.includes(text)) };
}

const PROGRAMS: readonly Candidate[] = [
  { text: "cap", about: "the program cap, for the workers of a team" },
  { text: "clb", about: "the program clb, for the workers of a team" },
];

/** The first words that name a command. */
async function commandWords(commands: Commands): Promise<Candidate[]> {
  const all = await allCommands(commands);
  return [...commands].flatMap(([word, entry]): Candidate[] => {
    const name = typeof entry === "string" ? entry : word;
    const command = all.find((each) => each.name === name);
    if (word === "" || command === undefined || command.isHidden) return [];
    return [{ text: word, about: command.summary ?? command.help[0] ?? "" }];
  });
}

function memberWords(family: Command): Candidate[] {
  return (family.commands ?? []).filter(({ isHidden }) => !isHidden).map(({ name, summary = "" }) => ({
    text: name.slice(family.name.length + 1),
    about: summary,
  }));
}

/** The options of a command that may still be given. */
function optionWords(command: Command, options: Options, { words, given }: Scan): Candidate[] {
  const excluded = (command.exclusive ?? []).filter((names) => names.some((name) => given.has(name))).flat();
  const fits = ([name, option]: readonly [string, Option]) =>
    !given.has(name) && !excluded.includes(name) && !(option.isForUnnamed && words.length > 0) &&
    (name !== "shell" || !Object.hasOwn(EVERYWHERE, name) || given.has("print-command"));
  const rows = Object.entries(options).filter(fits).map(([name, { about }]) => ({
    text: `--${name}`,
    about,
  }));
  const last = command.runsSession || command.takesRest
    ? [{ text: "--", about: "what follows is given to the command" }]
    : [];
  return [...rows, ...last];
}

/** The values of an option or an argument: a fixed list, or by its noun. */
async function valuesOf(
  what: string | undefined,
  oneOf: readonly string[] | undefined,
  current: string,
  known: Known,
): Promise<Completion> {
  if (oneOf !== undefined) return wordsOnly(listed(oneOf));
  switch (what?.replace(/^<|>$/g, "")) {
    case "session": {
      // The alias is the shorter name; its email is shown beside it.
      const aliases = known.aliases();
      return wordsOnly(aliases.some(({ text }) => text.startsWith(current)) ? aliases : known.emails());
    }
    case "alias":
      return wordsOnly(known.aliases());
    case "removed session":
      return wordsOnly(await known.removed());
    case "backup":
      return wordsOnly(await known.backups());
    case "thread":
      return wordsOnly(await known.threads());
    case "setting":
      return wordsOnly(await known.settings());
    case "dir":
    case "folder":
      return FOLDERS;
    case "file":
    case "path":
    case "command":
      return FILES;
    default:
      return NOTHING;
  }
}

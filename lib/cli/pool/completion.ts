import { completionText } from "../../core/completion/answer.ts";
import {
  type Completion,
  FILES,
  FOLDERS,
  listed,
  NOTHING,
  wordsOnly,
} from "../../core/completion/candidate.ts";
import { COMPLETED_SHELLS, completedShell, requestIn } from "../../core/completion/request.ts";
import { completionScript } from "../../core/completion/script.ts";
import { FLAVOURS } from "../../core/pool/flavour.ts";
import { Failure } from "../../core/text/failure.ts";
import { type Command, commandsOf, COMPLETION, type Option } from "./commands.ts";
import { metavar } from "./usage.ts";

type Name = keyof typeof FLAVOURS;

/** The script of `cap completion <shell>`. Throws the usage failure for another shell. */
export function poolScript(name: Name, words: readonly string[]): string {
  if (words.includes("-h") || words.includes("--help")) return `${usageOf(name)}\n`;
  const shell = completedShell(words[0]);
  if (shell !== undefined && words.length === 1) return completionScript(shell, name);
  throw new Failure("usage", usageOf(name), { verbatim: true });
}

function usageOf(name: Name): string {
  return `usage: ${name} ${COMPLETION.name} ${COMPLETED_SHELLS.join(" | ")}`;
}

/** The answer of `cap complete` to a shell; nothing when that cannot be told. */
export function poolAnswer(name: Name, args: readonly string[]): string {
  try {
    const request = requestIn(args);
    return completionText(request, fittingPoolWords(name, request.before, request.current));
  } catch {
    return "";
  }
}

/** The words that fit behind others on a command line of a pool program. */
export function fittingPoolWords(name: Name, before: readonly string[], current: string): Completion {
  const commands = commandsOf(FLAVOURS[name]);
  const [first, ...rest] = before;
  if (first === undefined) {
    if (current.startsWith("-")) return wordsOnly([HELP]);
    const all = [...commands, COMPLETION];
    return wordsOnly(all.map(({ name, summary }) => ({ text: name, about: summary })));
  }
  if (first === COMPLETION.name) return rest.length === 0 ? wordsOnly(listed(COMPLETED_SHELLS)) : NOTHING;
  const command = commands.find(({ name }) => name === first);
  return command === undefined ? NOTHING : ofCommand(command, rest, current);
}

const HELP = { text: "--help", about: "show this help" };

function ofCommand(command: Command, before: readonly string[], current: string): Completion {
  const optionOf = (word: string) => command.options.find(({ flags }) => flags.includes(word));
  let open: Option | undefined;
  let hasArgument = false;
  let areOptionsOver = false;
  for (const word of before) {
    if (open !== undefined) open = undefined;
    else if (word === "--") areOptionsOver = true;
    else if (areOptionsOver || !word.startsWith("-")) hasArgument = true;
    else if (optionOf(word)?.kind === "text") open = optionOf(word);
  }
  if (open !== undefined) return valuesOf(open.takes);
  const [, flag = "", value] = /^(--[^=]+)=([^]*)$/.exec(current) ?? [];
  if (value !== undefined) {
    const { words, paths } = valuesOf(optionOf(flag)?.takes);
    return { paths, words: words.map((word) => ({ ...word, text: `${flag}=${word.text}` })) };
  }
  const given = new Set(before);
  const options = command.options.filter(({ flags }) => !flags.some((flag) => given.has(flag)));
  const rows = options.flatMap((option) =>
    option.flags.map((text) => ({
      text,
      about: option.kind === "text" ? `${metavar(option)}: ${option.help}` : option.help,
    }))
  );
  if (current.startsWith("-") && !areOptionsOver) return wordsOnly([...rows, HELP]);
  if (command.argument?.takes !== undefined && !hasArgument) return valuesOf(command.argument.takes);
  return wordsOnly(areOptionsOver ? [] : rows);
}

function valuesOf(takes: Option["takes"]): Completion {
  if (takes === "folder") return FOLDERS;
  if (takes === "file") return FILES;
  return takes === undefined ? NOTHING : wordsOnly(listed(takes));
}

import { withoutBackups } from "../../../lib/app/pool/pick/auth_files.ts";
import { readCall } from "../../../lib/cli/arguments.ts";
import { COMMANDS } from "../../../lib/cli/commands/all.ts";
import { allCommands } from "../../../lib/cli/declaration/catalogue.ts";
import { parseArguments } from "../../../lib/cli/pool/arguments.ts";
import { allCommandsOf } from "../../../lib/cli/pool/commands.ts";
import { readBashLine } from "../../../lib/core/completion/bash_line.ts";
import { FLAVOURS } from "../../../lib/core/pool/flavour.ts";
import { fits, parseGlob } from "../../../lib/core/pool/python/glob.ts";
import { DEFAULT_ALIAS_PATTERN, refusal } from "../../../lib/core/session/alias.ts";
import { splitWords } from "../../../lib/core/shell/split_words.ts";
import { programOf } from "../../../lib/core/system/which_program.ts";
import { requestIn } from "../../../lib/core/thread/request.ts";
import { commandSettings } from "../../../lib/core/codex/provider.ts";
import { compilePattern } from "../../../lib/io/pattern.ts";
import { Broken, same, type Subject } from "./check.ts";
import { ANY_TEXTS } from "./corpus.ts";

const AGENTLB = await allCommands(COMMANDS);
const POOLS = [FLAVOURS.cap, FLAVOURS.clb] as const;
const POOL_COMMANDS = allCommandsOf(FLAVOURS.cap);

const agentlbWords = AGENTLB.flatMap(({ name, options = {} }) => [
  ...name.split(" "),
  ...Object.keys(options).map((option) => `--${option}`),
]);
const poolWords = POOL_COMMANDS.flatMap((
  { name, options },
) => [name, ...options.flatMap(({ flags }) => flags)]);

/** Command lines of the three programs; words are parted by NUL, which none can hold. */
export const commandLines: Subject = {
  name: "command lines",
  seeds: [
    ...AGENTLB.map(({ name }) => name.replaceAll(" ", "\0")),
    ...POOL_COMMANDS.map(({ name }) => name),
    ["pick-auth", "--worker", "w", "--base", "b", "--team-dir=/t"].join("\0"),
    ["rr", "--print-command", "--shell", "fish", "--", "exec", "-m", "x"].join("\0"),
    ["new", "a", "--", "codex", "resume", "-c", "a=1", "--last"].join("\0"),
    ["exec", "resume", "019a9f2c-1111-7abc-8def-0123456789ab", "go on"].join("\0"),
    ...ANY_TEXTS.slice(0, 30),
  ],
  pieces: ["\0", "\0--", "\0-", "=", "--", "-h", ...new Set([...agentlbWords, ...poolWords])].map((word) =>
    word.startsWith("-") ? `\0${word}` : word
  ),
  longest: 20_000,
  async take(input) {
    const words = input.split("\0");
    programOf("agentlb", words);
    requestIn(words);
    commandSettings(words);
    // A refusal is a Failure, as the checker wants it; but each program has to see the words.
    const pool = POOLS[input.length % POOLS.length]!;
    const outcomes = await Promise.allSettled([
      readCall(words, COMMANDS),
      Promise.resolve().then(() => parseArguments(pool, words, "80")),
    ]);
    const [call] = outcomes;
    if (
      call?.status === "fulfilled" &&
      typeof (call.value as { command?: { name?: unknown } }).command?.name !== "string"
    ) {
      throw new Broken("a call without a command");
    }
    for (const outcome of outcomes) {
      if (outcome.status === "rejected" && !(outcome.reason?.name === "Failure")) throw outcome.reason;
    }
    const text = words.join(" ");
    const split = splitWords(text, "linux");
    if ("words" in split) {
      same(
        "quoted and split",
        splitWords(split.words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" "), "linux"),
        {
          words: split.words,
        },
      );
    }
    readBashLine(text, " \t\n\"'@><=;|&(:");
  },
};

/** Globs of auth files against names, and patterns of aliases against aliases. */
export const patterns: Subject = {
  name: "globs and alias patterns",
  seeds: [
    "*.json\0work.json",
    "**/auth-[!a-c]?.json\0auth-d1.json",
    "*a*a*a*a*a*a*b\0aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "^(a+)+$\0aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
    "(a|a)*b\0aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "(.*){1,32}[bc]\0aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "\\p{L}[\\w-]{0,9}\0Abc",
    "(?i)x(?:y|z)\\b$\0XY",
    "../outside/*\0auth.json",
    "[]-a]\0]",
    `*\0a.bak${"1".repeat(40)}!`,
    "*\0auth.json.old-2026-11-30T10:20",
    ...ANY_TEXTS.slice(0, 30),
  ],
  pieces: [
    ..."*?[]!-^$()|+{}.\\/\0ab",
    "a*",
    "(a+)+",
    "[a-z]",
    "{1,1000}",
    "**/",
    "../",
    "\\d",
    "(?=a)",
    "\\1",
    "a",
  ],
  // Patterns stand in a settings file and names are file names: both are short.
  longest: 1000,
  async take(input) {
    const [pattern = "", name = ""] = input.split("\0");
    checkGlob(pattern, name.slice(0, 64));
    refusal(name, "linux");
    const { own, backups } = withoutBackups([`/t/${name.slice(0, 255)}`, "/t/a.json"]);
    if (own.length + backups.length !== 2) throw new Broken("a file is lost");
    const compiled = await compilePattern(pattern.slice(0, 200), DEFAULT_ALIAS_PATTERN);
    if ("matches" in compiled) compiled.matches(name.slice(0, 64));
    else if (typeof compiled.problem !== "string") throw new Broken("no problem");
  },
};

function checkGlob(pattern: string, name: string): void {
  let parts: ReturnType<typeof parseGlob>;
  try {
    parts = parseGlob(pattern);
  } catch (error) {
    if ((error as Error).constructor === Error) return; // its reason is told
    throw error;
  }
  for (const part of parts) {
    if (part === "**") continue;
    const whole = "literal" in part ? part.literal : undefined;
    if (whole === ".." || whole?.includes("/")) throw new Broken("it leaves its folder");
    if ("pieces" in part) same("fits", fits(name, part.pieces), fitsByTable(Array.from(name), part.pieces));
  }
}

type Pieces = Parameters<typeof fits>[1];

/** The same question answered by a table over all beginnings. */
function fitsByTable(chars: readonly string[], pieces: Pieces): boolean {
  let row = [true, ...chars.map(() => false)];
  for (const piece of pieces) {
    const next = [piece === "*" && row[0]!];
    for (let at = 1; at <= chars.length; at++) {
      next.push(piece === "*" ? row[at]! || next[at - 1]! : row[at - 1]! && fits(chars[at - 1]!, [piece]));
    }
    row = next;
  }
  return row[chars.length]!;
}

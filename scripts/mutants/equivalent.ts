import type { Equivalent } from "./score.ts";

const POWERSHELL = "lib/core/shell/quote_powershell.ts";
const SPLIT = "lib/core/shell/split_words.ts";
const DECIDE = "lib/core/pick/decide.ts";
const EXHAUSTION = "lib/core/pick/exhaustion.ts";
const REPLACE = "lib/io/files/replace.ts";
const OF_NOTHING = "no number is compared with undefined as true";

/** Changes that make no difference, each with the reason. */
export const EQUIVALENTS: readonly Equivalent[] = [
  {
    file: POWERSHELL,
    from: `written[0]?.startsWith("'")`,
    to: `written[0]?.endsWith("'")`,
    why: "a part in quotes begins and ends with one",
  },
  {
    file: POWERSHELL,
    from: "written[0]?.startsWith",
    to: "written[0].startsWith",
    why: "there is a first part",
  },
  {
    file: POWERSHELL,
    from: "/^[ -~]/",
    to: "/[ -~]/",
    why: "a part is all ASCII, or one other character",
  },
  {
    file: "lib/core/shell/quote.ts",
    from: "char.codePointAt(0)?.toString",
    to: "char.codePointAt(0).toString",
    why: "a character that was found has a number",
  },
  { file: SPLIT, from: "end < 0", to: "end <= 0", why: "a closing quote is never at the start" },
  { file: SPLIT, from: "at < text.length", to: "at <= text.length", why: "behind the end is no character" },
  { file: SPLIT, from: 'next !== ""', to: "true", why: "where the text ends, the quote is not closed" },
  { file: SPLIT, from: '""', to: '"Stryker was here!"', why: "where the text ends, the quote is not closed" },
  {
    file: DECIDE,
    from: "leases === candidate.leases",
    to: "false",
    why: "it only spares a copy of the candidate",
  },
  {
    file: DECIDE,
    from: "order(each, best) < 0",
    to: "order(each, best) <= 0",
    why: "aliases differ, so no two candidates compare as equal",
  },
  { file: DECIDE, from: "account === undefined", to: "false", why: "the count of no account is not read" },
  {
    file: DECIDE,
    from: "each.status.account === undefined",
    to: "false",
    why: "no account has no count",
  },
  { file: EXHAUSTION, from: "markMs !== undefined", to: "true", why: OF_NOTHING },
  { file: EXHAUSTION, from: "ms === undefined", to: "false", why: OF_NOTHING },
  { file: EXHAUSTION, from: "window.resetsAt !== undefined", to: "true", why: OF_NOTHING },
  {
    file: REPLACE,
    from: "O_NOFOLLOW ?? 0",
    to: "O_NOFOLLOW && 0",
    why: "the system makes no new file where a link is",
  },
  { file: REPLACE, from: '""', to: '"Stryker was here!"', why: "no error of the system has such a code" },
  {
    file: "lib/core/quota/windows.ts",
    from: "[undefined, undefined]",
    to: "[]",
    why: "what is missing in a list is undefined",
  },
  { file: "lib/core/thread/continuation.ts", from: "untilMs !== undefined", to: "true", why: OF_NOTHING },
];

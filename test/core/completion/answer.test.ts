import { expect, test } from "vitest";
import { completionText } from "../../../lib/core/completion/answer.ts";
import { isOfferable, wordsOnly } from "../../../lib/core/completion/candidate.ts";
import { quoteForPowershell } from "../../../lib/core/completion/powershell_quote.ts";
import { readRequest, requestIn } from "../../../lib/core/completion/request.ts";

const WORDS = wordsOnly([
  { text: "work", about: "me@example.com" },
  { text: "two\nlines", about: "\x1b[31mred\nand more" },
  { text: "it's", about: "" },
]);

test("without a shell the answer is one word a line, a tab, and what it is", () => {
  expect(completionText(readRequest(undefined, "", ["new", ""]), WORDS)).toBe("work\tme@example.com\nit's\n");
  expect(completionText(readRequest(undefined, "", ["new", "w"]), WORDS)).toBe("work\tme@example.com\n");
});

test("zsh and fish get all words as they are, because they choose and quote by themselves", () => {
  const answer = "none\0work\tme@example.com\0two\nlines\t\\u{1b}[31mred and more\0it's\0";
  for (const shell of ["zsh", "fish"] as const) {
    expect(completionText(readRequest(shell, "", ["new", "w"]), WORDS)).toBe(answer);
  }
});

test("bash gets what it inserts behind the part that stays, quoted", () => {
  const ask = (line: string) => completionText(readRequest("bash", " =@", [line]), WORDS);
  expect(ask("agentlb new ")).toBe("none\nwork\n$'two\\nlines'\nit\\'s\n");
  expect(ask('agentlb new "it')).toBe("none\nit's\n");
  const emails = wordsOnly([{ text: "me@example.com", about: "" }]);
  expect(completionText(readRequest("bash", " @", ["agentlb new me@e"]), emails)).toBe(
    "none\n@example.com\n",
  );
});

test("PowerShell asks and is answered in ASCII", () => {
  const request = requestIn(["--for=powershell", "--", "=new", "=it%27", "="]);
  expect(request).toMatchObject({ shell: "powershell", before: ["new", "it'"], current: "" });
  const [paths, ...lines] = completionText(request, wordsOnly([{ text: "é 漢", about: "" }])).split("\n");
  expect(paths).toBe("none");
  expect(lines.join("")).toMatch(/^[!-~ ]+$/);
  expect(lines[0]!.split(" ").map(decodeURIComponent)).toEqual(["'é 漢'", "é 漢", "é 漢"]);
});

test.each([
  ["work", "work"],
  ["--policy", "--policy"],
  ["--", "--"],
  ["two words", "'two words'"],
  ["it's", "'it''s'"],
  ["it’s", "'it’’s'"],
  ["$(x)", "'$(x)'"],
  ["a;b", "'a;b'"],
  ["-5x", "'-5x'"],
  ["@a", "'@a'"],
  ["", "''"],
])("for PowerShell %j is written %s", (text, written) => {
  expect(quoteForPowershell(text)).toBe(written);
});

test("what steers a terminal, or is an option, is not offered", () => {
  for (const text of ["work", "two\nlines", "é 漢字 ❤️", "$(x)"]) expect(isOfferable(text)).toBe(true);
  for (const text of ["", "--yes", "\x1b[31m", "a\tb", "a\rb", "\u202egnp", "\ud800", "a\u2028b"]) {
    expect(isOfferable(text)).toBe(false);
  }
});

/** The language of manual pages: what of man(7) our pages need. */

const NAMED = new Map([
  ["\\", "\\(rs"],
  ["-", "\\-"],
  ["^", "\\(ha"],
  ["~", "\\(ti"],
  ["`", "\\(ga"],
  ["'", "\\(aq"],
  ['"', "\\(dq"],
  ["…", "..."], // which is all that a terminal without UTF-8 has of it
]);

/** A text as it is shown: nothing in it is a request or an escape. */
export function escaped(text: string): string {
  const safe = text.replace(/[\\^~`'"-]|[^ -~\n]/gu, (char) => NAMED.get(char) ?? numbered(char));
  return safe.replace(/^\./gm, "\\&.");
}

function numbered(char: string): string {
  return `\\[u${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}]`;
}

/** A text in which what stands between backticks is bold. */
export function prose(text: string): string {
  return text.split("`").map((part, at) => at % 2 === 1 ? bold(part) : escaped(part)).join("");
}

export function bold(text: string): string {
  return `\\fB${escaped(text)}\\fR`;
}

/** The head of a page. Without a date, because the same tree makes the same bytes. */
export function head(name: string, section: number, version: string, about: string): string[] {
  return [
    '.\\" Made from the declarations of the commands; changes here are lost.',
    `.TH ${escaped(name.toUpperCase())} ${section} "" "agentlb ${escaped(version)}" "agentlb"`,
    '.\\" No hyphens in words, and no wide blanks.',
    ".nh",
    ".ad l",
    ".SH NAME",
    `${escaped(name)} \\- ${escaped(about)}`,
  ];
}

export function section(title: string): string {
  return `.SH ${escaped(title.toUpperCase())}`;
}

export function subsection(title: string): string {
  return `.SS "${escaped(title)}"`;
}

/** A paragraph. */
export function paragraph(text: string): string[] {
  return [".PP", prose(text)];
}

/** What is explained, in bold, and below it what it is. */
export function entry(term: string, about: string): string[] {
  return [".TP", bold(term), prose(about)];
}

/** Lines that stay as they are. */
export function verbatim(lines: readonly string[]): string[] {
  return [".PP", ".nf", ".RS 4", ...lines.map(escaped), ".RE", ".fi"];
}

/** Entries a step further to the right. */
export function indented(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [".RS 4", ...lines, ".RE"];
}

/** The text of a page; behind a heading no paragraph needs to be begun. */
export function page(all: readonly string[]): string {
  const lines = all.filter((line, at) => line !== ".PP" || !/^\.S[HS] /.test(all[at - 1] ?? ""));
  return `${lines.join("\n")}\n`;
}

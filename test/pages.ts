import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const TREE = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");

/** The pages for people, by their path from the top of the tree. */
export type Pages = ReadonlyMap<string, string>;

/** All pages of the tree. */
export function pagesOfTree(): Pages {
  const docs = readdirSync(join(TREE, "docs")).filter((name) => name.endsWith(".md")).sort();
  const paths = ["README.md", "CONTRIBUTING.md", ...docs.map((name) => `docs/${name}`)];
  return new Map(paths.map((path) => [path, readFileSync(join(TREE, path), "utf8")]));
}

/** Whether a path from the top of the tree is there. */
export function isInTree(path: string): boolean {
  return existsSync(join(TREE, path));
}

/** Links that lead nowhere: to files that are not there, to headings that no page has; one line each. */
export function brokenLinks(pages: Pages, isThere: (path: string) => boolean): string[] {
  return [...pages].flatMap(([path, text]) =>
    [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
      const [file = "", anchor] = link.split("#");
      if (/^https?:/.test(file)) return [];
      const target = file === "" ? path : normalize(join(dirname(path), file)).replaceAll("\\", "/");
      if (!pages.has(target) && !isThere(target)) return [`${path}: ${link}: there is no ${target}`];
      if (anchor === undefined || anchorsOf(pages.get(target) ?? "").includes(anchor)) return [];
      return [`${path}: ${link}: ${target} has no heading #${anchor}`];
    })
  );
}

/** Files of the tree that pages name as code and that are not there; names with a placeholder name none. */
export function missingFiles(pages: Pages, isThere: (path: string) => boolean): string[] {
  return [...pages].flatMap(([path, text]) =>
    inlineCode(text)
      .filter((code) => /^(lib|test|scripts|rig)\/[\w./-]+$/.test(code) && !isOfSkill(code) && !isThere(code))
      .map((code) => `${path}: there is no ${code}`)
  );
}

/** `scripts/cap_config.yaml` is in a skill, not in the tree. */
function isOfSkill(code: string): boolean {
  return /^scripts\/(cap|clb)_config\.yaml$/.test(code);
}

/** The anchors of a page's headings, as code hosts make them. */
export function anchorsOf(text: string): string[] {
  const seen = new Map<string, number>();
  return [...withoutBlocks(text).matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = ""]) => {
    const anchor = heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}

/** A command that a page shows in a block. */
export interface ShownCommand {
  readonly text: string;
  /** The exit code that the page names behind it; 0 when it names none. */
  readonly code: number;
  /** The lines that it is shown to say. */
  readonly says: readonly string[];
}

/** A block of commands, in the order of the page. */
export interface CommandBlock {
  /** Where it stands: "README.md:24". */
  readonly name: string;
  readonly commands: readonly ShownCommand[];
  /** Whether it shows a terminal of 80 columns: "```console terminal". */
  readonly isOnTerminal: boolean;
}

/**
 * The blocks of commands of a page: each line of a `sh` block, and what stands behind a `$` in a `console` block, whose
 * other lines are what the command says.
 */
export function commandBlocks(path: string, text: string): CommandBlock[] {
  return [...text.matchAll(/^( *)```(\w*)( terminal)?\n([^]*?)^\1```$/gm)].flatMap((match) => {
    const [, , language, terminal, body = ""] = match;
    if (language !== "sh" && language !== "console") return [];
    const name = `${path}:${text.slice(0, match.index).split("\n").length}`;
    const commands: { text: string; code: number; says: string[] }[] = [];
    for (const line of body.trimEnd().split("\n")) {
      const command = language === "sh" ? line : /^\$ (.*)$/.exec(line)?.[1];
      if (command === undefined) commands.at(-1)?.says.push(line);
      else if (command.trim() !== "" && !command.startsWith("#")) commands.push(shownCommand(command));
    }
    return [{ name, commands, isOnTerminal: terminal !== undefined }];
  });
}

function shownCommand(line: string): { text: string; code: number; says: string[] } {
  const [, text = "", comment = ""] = /^(.*?)(?:\s+#\s(.*))?$/.exec(line) ?? [];
  const code = Number(/exits with (\d+)/.exec(comment)?.[1] ?? 0);
  return { text, code, says: [] };
}

/** The command lines of our programs among a page's inline code, with `<alias>` and the like filled in. */
export function inlineCommands(text: string): string[] {
  return inlineCode(text).filter((code) => /^(agentlb|cap|clb) [\w<[-]/.test(code) && !code.includes("…"))
    // Of a usage with a choice the command itself.
    .map((code) => /\||\[options\]/.test(code) ? code.replace(/ (\[|\|).*$/, "") : code)
    .map((code) => code.replace(/[[\]]/g, "").replaceAll("<command>", "status").replace(/<[^>]*>/g, "x"));
}

/** The code of a page that stands in a line of text or in a cell. */
export function inlineCode(text: string): string[] {
  return [...withoutBlocks(text).matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) =>
    code.replaceAll("\\|", "|")
  );
}

/** The first cells of the table between two marks: `<!-- name -->` and `<!-- /name -->`. */
export function markedRows(text: string, name: string): string[][] {
  const [, between = ""] = new RegExp(`<!-- ${name} -->([^]*?)<!-- /${name} -->`).exec(text) ?? [];
  const lines = between.trim().split("\n");
  const odd = lines.find((line) => !/^\|.*\|$/.test(line));
  if (odd !== undefined) throw new Error(`the table of ${name} has a line that is no row: ${odd}`);
  const rows = lines.slice(2);
  return rows.map((row) => row.slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim()));
}

/** The code in a cell. */
export function codeIn(cell: string | undefined): string[] {
  return [...(cell ?? "").matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}

function withoutBlocks(text: string): string {
  return text.replace(/^( *)```[\w ]*\n[^]*?^\1```$/gm, "");
}

function withoutCode(text: string): string {
  return withoutBlocks(text).replace(/`[^`\n]*`/g, "");
}

/** The rows of the page of promises whose test or long test is not there; `names` are those of the long tests. */
export function unshown(
  page: string,
  readFile: (path: string) => string | undefined,
  names: readonly string[],
): string[] {
  const rows = [...page.matchAll(/^\| (?<promise>[^|]+?) +\| (?<by>`[^|]+?) *\|$/gm)];
  return rows.flatMap(({ groups }) => {
    const { promise = "", by = "" } = groups ?? {};
    const [, part] = /^`npm run torture -- ([\w-]+)`$/.exec(by) ?? [];
    if (part !== undefined) return names.includes(part) ? [] : [`${promise}: there is no long test ${part}`];
    const [, path = "", title = ""] = /^`([^`]+)`(?:: (.+))?$/.exec(by) ?? [];
    const text = readFile(path);
    if (text === undefined) return [`${promise}: there is no ${path}`];
    return text.includes(title) ? [] : [`${promise}: ${path} has no test "${title}"`];
  });
}

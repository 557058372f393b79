import { allCommands, otherNames } from "./catalogue.ts";
import type { Command, Commands, Section } from "./command.ts";
import type { Option } from "./option.ts";
import { EVERYWHERE } from "./shared_options.ts";
import { calledAs, usageOf } from "./usage.ts";

/** The maximum width of a line of help. */
export const COLUMNS = 80;
/** The maximum width of the left column. */
const LEFT = 34;

type Row = readonly [string, string];

/** The page of help of a command; only the program's own page loads other commands. */
export async function pageOf(command: Command, commands: Commands): Promise<string> {
  const family = command.help.length > 0 ? undefined : await familyOf(command, commands);
  if (family !== undefined) return await pageOf(family, commands);
  const names = otherNames(commands, command);
  const parts = [
    usageLine(command),
    ...command.help.map((paragraph) => wrapped(paragraph)),
    ...names.length === 0 ? [] : [`Also called: ${names.map((name) => `agentlb ${name}`).join(", ")}`],
    ...command.commands === undefined ? [] : [membersOf(command.commands)],
    ...command.name === "" ? [section({ title: "commands", lines: await listOf(commands) })] : [],
    ...optionParts(command),
    ...command.examples.length === 0 ? [] : [section({ title: "examples", lines: command.examples })],
    ...(command.sections ?? []).map(section),
  ];
  return `${calledAs(command)}\n\n${parts.join("\n\n")}\n`;
}

async function familyOf({ name }: Command, commands: Commands): Promise<Command | undefined> {
  return (await allCommands(commands)).find((each) => each.commands?.some((member) => member.name === name));
}

function usageLine(command: Command): string {
  const indent = "usage: ".length;
  return `usage: ${wrapped(usageOf(command), COLUMNS - indent).replaceAll("\n", `\n${" ".repeat(indent)}`)}`;
}

/** The members of a family, including hidden ones. */
function membersOf(members: readonly Command[]): string {
  return section({
    title: "commands",
    lines: members.map((member): Row => [shortUsage(member), member.summary ?? ""]),
  });
}

async function listOf(commands: Commands): Promise<Row[]> {
  return (await allCommands(commands)).flatMap((command): Row[] =>
    command.summary === undefined || command.isHidden ? [] : [[shortUsage(command), command.summary]]
  );
}

/** A command with its required arguments. */
function shortUsage({ name, usage }: Command): string {
  return `${name} ${usage.replace(/ *\[(--|options)[^\]]*\]/g, "")}`.replace(/ +/g, " ").trimEnd();
}

function optionParts({ options, runsSession }: Command): string[] {
  const all = Object.entries<Option>(options);
  const rows = (isForUnnamed: boolean) =>
    all.filter(([, option]) => (option.isForUnnamed ?? false) === isForUnnamed).map(optionRow);
  const last: Row[] = [
    ...runsSession ? [["-- <args>...", "given to the command as they are"] as const] : [],
    optionRow(["help", EVERYWHERE.help]),
  ];
  const unnamed = rows(true);
  return [
    section({ title: "options", lines: [...rows(false), ...last] }),
    ...unnamed.length === 0 ? [] : [section({ title: "options without a name", lines: unnamed })],
  ];
}

function optionRow([name, { value, short, about }]: readonly [string, Option]): Row {
  const letter = short === undefined ? "" : `-${short}, `;
  return [`${letter}--${name}${value === undefined ? "" : ` ${value}`}`, about];
}

/** A titled part; long texts wrap within their column. */
function section({ title, lines }: Section): string {
  const lefts = lines.flatMap((line) => typeof line === "string" ? [] : [line[0].length]);
  const width = Math.min(Math.max(0, ...lefts), LEFT);
  const drawn = lines.map((line) => {
    if (typeof line === "string") return `  ${line}`;
    const [left, right] = line;
    const indent = " ".repeat(width + 4);
    const below = wrapped(right, COLUMNS - indent.length).split("\n").join(`\n${indent}`);
    return (left.length > width ? `  ${left}\n${indent}${below}` : `  ${left.padEnd(width)}  ${below}`)
      .trimEnd();
  });
  return [`${title}:`, ...drawn].join("\n");
}

/** Wraps a text at this width, between words. */
function wrapped(text: string, columns: number = COLUMNS): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}

import { type Command, COMPLETION, type Option } from "./commands.ts";

/** The line width of argparse: the terminal's columns minus two. */
export function lineWidth(columns: string | undefined): number {
  const width = /^\s*\+?\d+\s*$/.test(columns ?? "") ? Number(columns) : 0;
  return Math.max(1, width || 80) - 2;
}

/** The usage of the program, wrapped to the width. */
export function programUsage(program: string, commands: readonly Command[], width: number): string {
  return wrapped(program, ["[-h]"], [`{${commands.map(({ name }) => name).join(",")}}`, "..."], width);
}

/** The usage of a command. */
export function commandUsage(program: string, command: Command, width: number): string {
  const options = ["[-h]", ...command.options.flatMap(optionUsage)];
  const args = command.argument === undefined ? [] : [command.argument.name];
  return wrapped(`${program} ${command.name}`, options, args, width);
}

/** The help of the program, for `-h`. */
export function programHelp(usage: string, commands: readonly Command[]): string {
  const rows = [...commands, COMPLETION].map(({ name, summary }) => [name, summary] as const);
  return `${usage}\n\nHands out source directories and auth files to the workers of a team.\n\ncommands:\n${
    listed(rows)
  }\noptions:\n${listed([HELP])}`;
}

/** The help of a command, for `-h`. */
export function commandHelp(usage: string, { summary, argument, options }: Command): string {
  const args = argument === undefined ? "" : `arguments:\n${listed([[argument.name, argument.help]])}\n`;
  const rows = options.map((option) => {
    const initial = typeof option.initial === "string" && option.initial !== "" ? ` (${option.initial})` : "";
    return [shownFlags(option), `${option.help}${initial}`] as const;
  });
  return `${usage}\n\n${summary[0]!.toUpperCase()}${summary.slice(1)}.\n\n${args}options:\n${
    listed([HELP, ...rows])
  }`;
}

const HELP = ["-h, --help", "show this help"] as const;

function listed(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, help]) => `  ${name.padEnd(width)}  ${help}\n`).join("");
}

function shownFlags(option: Option): string {
  return option.kind === "text" ? `${option.flags[0]} ${metavar(option)}` : option.flags.join(", ");
}

/** The parts between which a line may break; an optional part stays in one piece. */
function optionUsage(option: Option): string[] {
  if (option.kind !== "text") return [`[${option.flags.join(" | ")}]`];
  const [flag = ""] = option.flags;
  return option.isRequired ? [flag, metavar(option)] : [`[${flag} ${metavar(option)}]`];
}

/** The name of an option's value in a usage. */
export function metavar({ flags }: Option): string {
  return flags[0]!.replace(/^-+/, "").replaceAll("-", "_").toUpperCase();
}

/** One line if it fits; else options first, arguments on separate lines, indented past the program's name. */
function wrapped(
  program: string,
  options: readonly string[],
  args: readonly string[],
  width: number,
): string {
  const lead = "usage: ";
  const whole = `${lead}${[program, ...options, ...args].join(" ")}`;
  if (whole.length <= width) return whole;
  if (lead.length + program.length <= 0.75 * width) {
    const indent = " ".repeat(lead.length + program.length + 1);
    const first = filled([program, ...options], indent, width, lead.length);
    return `${lead}${[first.trimStart(), filled(args, indent, width)].filter(Boolean).join("\n")}`;
  }
  const indent = " ".repeat(lead.length);
  const together = filled([...options, ...args], indent, width);
  const rest = together.includes("\n")
    ? [filled(options, indent, width), filled(args, indent, width)].filter(Boolean).join("\n")
    : together;
  return `${lead}${program}\n${rest}`;
}

function filled(parts: readonly string[], indent: string, width: number, start = indent.length): string {
  const lines: string[][] = [];
  let length = Infinity;
  for (const part of parts) {
    if (length + 1 + part.length > width) {
      length = (lines.length === 0 ? start : indent.length) - 1;
      lines.push([]);
    }
    lines.at(-1)!.push(part);
    length += part.length + 1;
  }
  return lines.map((line) => `${indent}${line.join(" ")}`).join("\n");
}

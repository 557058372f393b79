import { allCommands, otherNames } from "../../lib/cli/declaration/catalogue.ts";
import type { Command, Commands, Section } from "../../lib/cli/declaration/command.ts";
import type { Option } from "../../lib/cli/declaration/option.ts";
import { EVERYWHERE } from "../../lib/cli/declaration/shared_options.ts";
import { usageOf } from "../../lib/cli/declaration/usage.ts";
import { entry, head, indented, page, paragraph, section, subsection, verbatim } from "./roff.ts";

/** The page agentlb(1), from the declarations of all commands. */
export async function agentlbPage(commands: Commands, version: string): Promise<string> {
  const [program, ...others] = await allCommands(commands);
  const shown = others.filter(({ isHidden }) => !isHidden);
  return page([
    ...head("agentlb", 1, version, "run the Codex CLI in the session that has the most left"),
    section("Synopsis"),
    ...verbatim([usageOf(program!), "agentlb <command> [options]", "agentlb help <command>"]),
    section("Description"),
    ...program!.help.flatMap(paragraph),
    section("Options"),
    ...optionEntries(program!),
    section("Commands"),
    ...shown.flatMap((command) => commandLines(command, commands)),
    ...(program!.sections ?? []).flatMap(sectionLines),
    section("See also"),
    "agentlb\\-config(5), cap(1), clb(1)",
  ]);
}

function commandLines(command: Command, commands: Commands): string[] {
  const { help, summary, commands: members, examples } = command;
  const names = otherNames(commands, command);
  return [
    subsection(usageOf(members === undefined ? command : { ...command, usage: "<command>" })),
    ...help.length > 0 ? help.flatMap(paragraph) : paragraph(sentence(summary ?? "")),
    ...names.length > 0 ? paragraph(`Also called: ${names.map((name) => `agentlb ${name}`).join(", ")}`) : [],
    ...indented(optionEntries(command, false)),
    ...examples.length > 0 ? [...paragraph("For example:"), ...verbatim(examples)] : [],
    ...(command.sections ?? []).flatMap(({ title, lines }) => [
      ...paragraph(`${sentence(title).slice(0, -1)}:`),
      ...indented(rows(lines)),
    ]),
  ];
}

function sectionLines({ title, lines }: Section): string[] {
  return [section(title), ...rows(lines)];
}

function rows(lines: Section["lines"]): string[] {
  return lines.flatMap((line) => typeof line === "string" ? verbatim([line]) : entry(...line));
}

/** The options of a command; help, which all have, where it is wanted. */
function optionEntries({ options, runsSession }: Command, hasHelp = true): string[] {
  const all = Object.entries<Option>(hasHelp ? { ...options, help: EVERYWHERE.help } : options);
  const last = hasHelp && runsSession ? entry("-- <args>...", "given to the command as they are") : [];
  return [
    ...all.flatMap(([name, { value, short, about }]) => {
      const letter = short === undefined ? "" : `-${short}, `;
      return entry(`${letter}--${name}${value === undefined ? "" : ` ${value}`}`, about);
    }),
    ...last,
  ];
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

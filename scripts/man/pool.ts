import { type Command, commandsOf, COMPLETION, type Option } from "../../lib/cli/pool/commands.ts";
import { metavar } from "../../lib/cli/pool/usage.ts";
import { COMPLETED_SHELLS } from "../../lib/core/completion/request.ts";
import { FLAVOURS } from "../../lib/core/pool/flavour.ts";
import { entry, head, page, paragraph, section, subsection, verbatim } from "./roff.ts";

/** The page cap(1) or clb(1), from the declarations of its commands. */
export function poolPage(name: keyof typeof FLAVOURS, version: string): string {
  const flavour = FLAVOURS[name];
  const state = `~/.local/state/agentlb/${name}.json`;
  return page([
    ...head(name, 1, version, "hand out Codex homes and auth files to the workers of a team"),
    section("Synopsis"),
    ...verbatim([`${name} <command> [options]`, `${name} <command> --help`]),
    section("Description"),
    ...paragraph("Hands out source directories and auth files to the workers of a team."),
    section("Commands"),
    ...commandsOf(flavour).flatMap((command) => [
      subsection(usage(name, command)),
      ...paragraph(`${command.summary[0]!.toUpperCase()}${command.summary.slice(1)}.`),
      ...command.argument === undefined ? [] : entry(command.argument.name, command.argument.help),
      ...command.options.flatMap((option) => entry(shown(option), about(option))),
    ]),
    subsection(`${name} ${COMPLETION.name} ${COMPLETED_SHELLS.join(" | ")}`),
    ...paragraph(`${COMPLETION.summary[0]!.toUpperCase()}${COMPLETION.summary.slice(1)}.`),
    section("Files"),
    ...entry(
      flavour.configName,
      `settings, beside the skill; else in ~/.config/agentlb; \`${name} where\` says which`,
    ),
    ...entry(state, "counts, unless the skill keeps them beside itself"),
    section("See also"),
    "agentlb(1)",
  ]);
}

function usage(program: string, { name, argument, options }: Command): string {
  const needed = options.filter(({ isRequired }) => isRequired).map(shown);
  const others = needed.length < options.length ? ["[options]"] : [];
  const words = argument === undefined ? [] : [`<${argument.name}>`];
  return [program, name, ...words, ...needed, ...others].join(" ");
}

function shown(option: Option): string {
  return option.kind === "text" ? `${option.flags[0]} ${metavar(option)}` : option.flags.join(", ");
}

function about({ help, initial }: Option): string {
  return typeof initial === "string" && initial !== "" ? `${help} (${initial})` : help;
}

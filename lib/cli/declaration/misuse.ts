import { Failure } from "../../core/text/failure.ts";
import { nearest } from "../../core/text/nearest.ts";
import { allCommands } from "./catalogue.ts";
import type { Command, Commands } from "./command.ts";
import { EVERYWHERE } from "./shared_options.ts";
import { calledAs, usageOf } from "./usage.ts";

/** An option that more commands have is no help to find the one that was meant. */
const MOST_NAMED = 8;

/** The failure for a first word that is no command. */
export async function noCommand(word: string, commands: Commands): Promise<Failure> {
  const [program] = await allCommands(commands);
  const similar = nearest(word, [...commands.keys()].filter((name) => name !== ""));
  const hint = similar === undefined ? undefined : `did you mean: agentlb ${similar}`;
  return wrong(program!, `There is no command '${word}'`, hint);
}

/** The failure for a word after a family that names none of its members. */
export function noMember(family: Command, word: string): Failure {
  const members = (family.commands ?? []).map(({ name }) => name.slice(family.name.length + 1));
  const similar = nearest(word, members);
  const hint = similar === undefined ? undefined : `did you mean: ${calledAs(family)} ${similar}`;
  return wrong(family, `There is no command '${family.name} ${word}'`, hint);
}

/** The command of a topic of help. Throws the usage failure when there is none. */
export async function commandAt([first, second]: readonly string[], commands: Commands): Promise<Command> {
  const entry = commands.get(first ?? "");
  const name = typeof entry === "string" ? entry : first ?? "";
  const command = (await allCommands(commands)).find((each) => each.name === name);
  if (entry === undefined || command === undefined || first === "") throw await noCommand(name, commands);
  if (second === undefined) return command;
  const member = command.commands?.find((each) => each.name === `${name} ${second}`);
  if (member === undefined) throw noMember(command, second);
  return member;
}

/** The failure for an extra word. */
export function extraWord(command: Command, word: string): Failure {
  const message = `Unexpected argument '${word}' for ${calledAs(command)}`;
  return wrong(command, message, `usage: ${usageOf(command)}`);
}

/** The failure for a word that a command does not take. */
export function wrongWord(command: Command, what: string, word: string, known: readonly string[]): Failure {
  return wrong(command, `There is no ${what} '${word}'`, `it takes one of: ${known.join(", ")}`);
}

/** The failure for an unknown option, with the option probably meant, or the commands that have it. */
export async function noOption(command: Command, typed: string, commands: Commands): Promise<Failure> {
  const message = `${calledAs(command)} has no option '${typed}'`;
  const others = (await allCommands(commands)).filter(({ options }) =>
    typed.startsWith("--") && Object.hasOwn(options, typed.slice(2))
  );
  if (others.length > 0 && others.length <= MOST_NAMED) {
    return wrong(command, message, `${typed} belongs to: ${others.map(calledAs).join(", ")}`);
  }
  const own = [...Object.keys(EVERYWHERE), ...Object.keys(command.options)].map((name) => `--${name}`);
  const similar = nearest(typed, own);
  if (similar !== undefined) return wrong(command, message, `did you mean: ${similar}`);
  const hint = `to give '${typed}' to the command that is run, put it after --`;
  return wrong(command, message, command.runsSession ? hint : undefined);
}

/** The failure for an option without its value; `next` is the word in its place. */
export function noValue(command: Command, name: string, value: string, next: string | undefined): Failure {
  const hint = next === undefined ? undefined : `a value that starts with '-' is written --${name}=${next}`;
  return wrong(command, `Option '--${name}' needs a value: --${name} ${value}`, hint);
}

/** The failure for a switch with a value. */
export function needlessValue(command: Command, name: string, value: string): Failure {
  return wrong(command, `Option '--${name}' takes no value, not '${value}'`);
}

/** The failure for a value that an option does not take. */
export function wrongValue(
  command: Command,
  name: string,
  value: string,
  known: readonly string[],
): Failure {
  const hint = `it takes one of: ${known.join(", ")}`;
  return wrong(command, `Option '--${name}' does not take '${value}'`, hint);
}

/** The failure for a repeated option. */
export function givenTwice(command: Command, name: string): Failure {
  return wrong(command, `Option '--${name}' is given twice`);
}

/** The failure for two options that exclude each other. */
export function bothGiven(command: Command, one: string, other: string): Failure {
  return wrong(command, `--${one} and --${other} can't be used together`);
}

/** The failure for an option of a pick together with a named alias. */
export function uselessOption(command: Command, name: string): Failure {
  const called = calledAs(command);
  return wrong(
    command,
    `Option '--${name}' can't be used with a name: ${called} then runs that session`,
    `leave out the name to let ${called} pick, or leave out --${name}`,
  );
}

/** The failure for `--json` where Codex, which has stdout, is run. */
export function onlyPrinted(command: Command): Failure {
  const message = `--json of ${
    calledAs(command)
  } is only supported with --print-command: stdout is that of Codex`;
  return wrong(command, message, "leave out --json, or add --print-command");
}

/** The failure for a missing required argument; scripts may depend on its message, which never had `--json`. */
export function missing(command: Command): Failure {
  const message = command.takes?.missing ?? `usage: ${usageOf(command).replace(/ \[--json\]$/, "")}`;
  return new Failure("usage", message, { verbatim: true });
}

/** A usage failure; by default the hint names the command's help. */
function wrong(command: Command, message: string, hint?: string): Failure {
  const help = command.name === "" ? "agentlb --help" : `agentlb help ${command.name}`;
  return new Failure("usage", message, { hint: hint ?? `see: ${help}` });
}

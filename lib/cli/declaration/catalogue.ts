import type { Command, Commands } from "./command.ts";

/** Loads every command, each family followed by its members. */
export async function allCommands(commands: Commands): Promise<Command[]> {
  const loads = [...commands.values()].flatMap((entry) => typeof entry === "string" ? [] : [entry()]);
  const loaded = await Promise.all(loads);
  return loaded.flatMap(({ command }) => [command, ...command.commands ?? []]);
}

/** The other names of a command. */
export function otherNames(commands: Commands, { name }: Command): string[] {
  return [...commands].flatMap(([word, entry]) => entry === name ? [word] : []);
}

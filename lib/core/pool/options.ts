/**
 * A command's options and arguments by name, `--team-dir` as `team_dir`. Texts are as typed; a switch is a boolean.
 * Options with a default are always present.
 */
export type PoolOptions = ReadonlyMap<string, string | boolean>;

/** An option's text; undefined when it was not given and has no default. */
export function textOption(options: PoolOptions, name: string): string | undefined {
  const value = options.get(name);
  return typeof value === "string" ? value : undefined;
}

export function isSet(options: PoolOptions, name: string): boolean {
  return options.get(name) === true;
}

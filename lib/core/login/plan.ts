/** The names that are proposed for the first sessions. */
const PROPOSALS: readonly string[] = ["personal", "work"];

/** A session as the set-up finds it. */
export interface FoundSession {
  readonly alias: string;
  /** True when it has a login, or needs none. */
  readonly isReady: boolean;
}

/** One thing that the set-up has to do. */
export type Step =
  /** Logs in to a session, made if need be. */
  | { readonly do: "login"; readonly alias: string }
  /** Asks for the name of a new session. */
  | { readonly do: "name"; readonly proposal: string };

/**
 * The steps of a set-up: for given names their logins; else the logins that are missing, and names until there are as
 * many sessions as names are proposed. What is there already has no step.
 */
export function stepsOf(found: readonly FoundSession[], names: readonly string[]): Step[] {
  const login = (alias: string): Step => ({ do: "login", alias });
  if (names.length > 0) {
    const isReady = (alias: string) => found.some((each) => each.alias === alias && each.isReady);
    return [...new Set(names)].filter((alias) => !isReady(alias)).map(login);
  }
  const isNew = (name: string) => !found.some(({ alias }) => alias === name);
  const wanted = PROPOSALS.filter(isNew).slice(0, Math.max(0, PROPOSALS.length - found.length));
  return [
    ...found.filter(({ isReady }) => !isReady).map(({ alias }) => login(alias)),
    ...wanted.map((proposal): Step => ({ do: "name", proposal })),
  ];
}

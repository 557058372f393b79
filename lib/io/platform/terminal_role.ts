/** The relation of a process to its terminal. */
export interface TerminalRole {
  /** True when it has a controlling terminal. */
  readonly hasTerminal: boolean;
  /** True when its process group is the one that the keys of the terminal signal. */
  readonly isForeground: boolean;
  /** True when it leads its session: the end of the terminal is signalled to the leader alone. */
  readonly leadsSession: boolean;
}

/**
 * Tells whether a signal that this process received went to its whole process group, so that a program that it runs has
 * received it too: Ctrl-C and Ctrl-\ of its terminal, and the end of the terminal that it had. An undefined role is not
 * visible.
 */
export function isForGroup(
  name: string,
  hadTerminal: boolean,
  now: TerminalRole | undefined,
): boolean {
  switch (name) {
    case "SIGINT":
    case "SIGQUIT":
      return now === undefined || (now.hasTerminal && now.isForeground);
    case "SIGHUP":
      return hadTerminal && now?.hasTerminal === false && !now.leadsSession;
    default:
      return false;
  }
}

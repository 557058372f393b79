/** The options of every library function. */
export interface Options {
  /** Replaces the process environment: `HOME`, `AGENTLB_HOME`, `PATH`, `CAP_…`; Codex is started with it. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Receives each line that the programs would print on stderr; without it, lines are dropped. */
  readonly say?: (line: string) => void;
}

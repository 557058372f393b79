/** What every function of the library may be told. */
export interface Options {
  /** Instead of the environment of this process: `HOME`, `AGENTLB_HOME`, `PATH`, `CAP_…`; Codex is started with it. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Gets, line by line, what the programs would say on stderr; without it these lines are dropped. */
  readonly say?: (line: string) => void;
}

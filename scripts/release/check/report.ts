/** What a check found: all is as it should be, it is not, or there is nothing here to run a program with. */
export interface Finding {
  readonly what: string;
  readonly verdict: "ok" | "FAILED" | "built, not run";
  readonly detail: string;
}

/** The finding of work that throws when something is wrong, and else returns a detail. */
export async function finding(what: string, work: () => string | Promise<string>): Promise<Finding> {
  try {
    return { what, verdict: "ok", detail: await work() };
  } catch (thrown) {
    return { what, verdict: "FAILED", detail: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

/** The result of a check: passed, failed, or not runnable on this machine. */
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

import { Failure } from "../text/failure.ts";

/** The running program, in a form that can be copied into a skill. */
export interface Running {
  /** Made for this machine, or a script for any runtime. */
  readonly form: "compiled" | "script";
  readonly path: string;
}

/**
 * Finds the running program from the command line that restarts it. Throws Failure when it needs several files to run.
 */
export function runningProgram(self: readonly string[]): Running {
  const path = self.at(-1);
  if (path === undefined) throw unfit("this is not a program of its own");
  if (self.length === 1) return { form: "compiled", path };
  if (!/\.m?js$/.test(path)) throw unfit("this runs from the sources");
  return { form: "script", path };
}

function unfit(why: string): Failure {
  return new Failure("failed", `Cannot install a skill: ${why}, and a skill has its program in one file`, {
    hint: "npm run build, then: dist/agentlb skill install, with the same words",
  });
}

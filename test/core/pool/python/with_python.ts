import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** The real Python: what users of the predecessor had. A shim of a version manager would be slow. */
export const PYTHON = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

/** Runs a script that finds `cases` and sets `answers`; both travel as JSON. */
export function askPython<T>(script: string, cases: unknown, env: Record<string, string> = {}): T {
  const program = `import json, sys
cases = json.load(sys.stdin)
answers = None
${script}
json.dump(answers, sys.stdout)
`;
  const { status, stdout, stderr } = spawnSync(PYTHON, ["-I", "-c", program], {
    input: JSON.stringify(cases),
    encoding: "utf8",
    maxBuffer: 100_000_000,
    env: { PATH: process.env.PATH ?? "", LC_ALL: "C.UTF-8", ...env },
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as T;
}

/** The minor number of the Python 3 that is here. */
export function pythonMinor(): number {
  return askPython<number>("answers = sys.version_info[1]", null);
}

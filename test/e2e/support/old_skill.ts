import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Sandbox } from "../../../rig/sandbox.ts";
import { SKILL } from "./installed.ts";

/** What the old program says, whatever it is asked. */
export const OLD_WORDS = "the old program";

/** Makes a skill as its predecessor left it after some use: a wrapper around another program, settings, and counts. */
export function makeOldSkill(user: Sandbox, skills: string): string {
  const dir = join(skills, SKILL.cap);
  const put = (path: string, text: string, mode: number) => {
    mkdirSync(join(dir, path, ".."), { recursive: true });
    writeFileSync(join(dir, path), text);
    chmodSync(join(dir, path), mode);
  };
  put("SKILL.md", "---\nname: codex-account-pool\ndescription: Old.\n---\n", 0o640);
  put(
    "scripts/cap",
    '#!/usr/bin/env bash\nset -e\ndir="$(cd "$(dirname "$0")" && pwd)"\nexec sh "$dir/cap.py" "$@"\n',
    0o775,
  );
  // In the place of one that needs Python.
  put("scripts/cap.py", `echo "${OLD_WORDS}"\n`, 0o644);
  put(
    "scripts/cap_config.yaml",
    `sources: ${user.home}/s1, ${user.home}/s2   # mine\nstrategy: round_robin\n`,
    0o600,
  );
  put("share/state.json", '{\n  "counter": 7,\n  "updated_at": "2026-11-19T10:00:00"\n}\n', 0o644);
  put("share/state.json.lock", "", 0o664);
  for (const source of ["s1", "s2"]) mkdirSync(join(user.home, source), { recursive: true });
  return dir;
}

import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { completed, meta, started, told } from "../../../rig/rollouts.ts";
import type { Sandbox } from "../../../rig/sandbox.ts";

/** A time in the templates below, replaced by the time at which the rollout is written. */
const PLACEHOLDER = Date.parse("2001-02-03T04:05:06.789Z");
const THREAD = "01890000-0000-7fc2-8354-0a837e795b6d";

/** Makes a shell script the `codex` of a user; `limited` in it leaves the rollout of a turn refused in the cwd. */
export function scriptCodex(user: Sandbox, script: string): void {
  const template = join(user.dir, "rollout.template");
  const resets = Math.floor(Date.now() / 1000) + 7200;
  const lines = [
    meta(PLACEHOLDER, "acct-a").replace("/home/me", user.cwd).replace('"id":"x"', `"id":"${THREAD}"`),
    started(PLACEHOLDER),
    told(PLACEHOLDER, { primary: { used: 100, minutes: 300, resets } }),
    completed(PLACEHOLDER, "usage_limit_exceeded"),
  ];
  writeFileSync(template, lines.map((line) => `${line}\n`).join(""));
  const stamp = new Date(PLACEHOLDER).toISOString();
  const program = [
    "#!/bin/sh",
    "limited() {",
    '  day="$CODEX_HOME/sessions/2026/11/20"; mkdir -p "$day"',
    "  now=$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)",
    `  sed "s/${stamp}/$now/g" '${template}' > "$day/rollout-2026-11-20T12-00-00-${THREAD}.jsonl"`,
    "}",
    script,
    "",
  ];
  writeFileSync(join(user.bin, "codex"), program.join("\n"));
  chmodSync(join(user.bin, "codex"), 0o755);
}

/** Old rollouts, like those of a home used for months. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { completed, meta, said, started, told } from "../../rig/rollouts.ts";

const DAY_MS = 86_400_000;
const LAST_DAY = Date.parse("2026-10-31T12:00:00Z");

/** Writes this number of rollouts with one turn each, ten a day, into a home. */
export function fillArchive(home: string, files: number): void {
  for (let index = 0; index < files; index++) {
    const at = LAST_DAY - Math.floor(index / 10) * DAY_MS - (index % 10) * 60_000;
    const folder = join(home, "sessions", ...new Date(at).toISOString().slice(0, 10).split("-"));
    mkdirSync(folder, { recursive: true });
    const lines = [
      meta(at, "acct-of-long-ago"),
      started(at),
      said(at, "It is done. ".repeat(20)),
      told(at, { primary: { used: 40, minutes: 300, resets: Math.floor(at / 1000) + 7200 } }),
      completed(at),
    ];
    const id = `0${index.toString(16).padStart(7, "0")}-0000-7000-8000-000000000000`;
    writeFileSync(join(folder, `rollout-${id}.jsonl`), `${lines.join("\n")}\n`);
  }
}

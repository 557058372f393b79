/**
 * `npm run torture`: the long tests, about ten minutes; `npm run torture -- kills` for a part. Builds, prints figures,
 * and fails if a login was lost or renewed twice. Run with Bun.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TREE } from "../rig/codex.ts";
import { inside, isInside } from "./isolated.ts";
import { continuationTorture } from "./torture/continuations.ts";
import { expiry } from "./torture/expiry.ts";
import { kills } from "./torture/kills.ts";
import { poolTorture } from "./torture/pool.ts";

const LEAD_SEC = 20;

const PARTS: Readonly<Record<string, () => Promise<string[]>>> = {
  async kills() {
    const figures = await kills({ kills: 200, users: 3, sessions: 4 });
    print("supervisors killed while they renew logins", figures);
    const isNone = figures.whileRenewing === 0;
    return [...problems("kills", figures), ...(isNone ? ["kills: none hit a renewal"] : [])];
  },
  async expiries() {
    const settings = { homes: 20, leadSec: LEAD_SEC, minutesLeft: 10, isForced: false } as const;
    const [guarded, unguarded] = await Promise.all([
      expiry({ ...settings, isGuarded: true }),
      expiry({ ...settings, isGuarded: false }),
    ]);
    print("logins that come to their end, each with a Codex of the user open", guarded);
    print("the same, by a supervisor that does not mind", unguarded);
    const { byUs, byUser, homes, readBetween, readBefore, readAfter } = guarded;
    const wrong = problems("expiries", guarded);
    if (byUs > 0) wrong.push(`expiries: an app-server of ours asked for ${byUs} tokens`);
    if (byUser !== homes) wrong.push(`expiries: Codex renewed ${byUser} logins of ${homes}`);
    if (readBetween > 0) wrong.push(`expiries: ${readBetween} readings of logins near their end`);
    if (readBefore === 0 || readAfter < homes) wrong.push("expiries: too few readings before or after");
    if (unguarded.refused === 0) {
      wrong.push("expiries: nothing was refused where nobody minds, so this proves nothing");
    }
    return wrong;
  },
  pool: poolTorture,
  continuations: continuationTorture,
};

process.exitCode = isInside() ? await torture() : inside(fileURLToPath(import.meta.url));

async function torture(): Promise<number> {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => PARTS[name] === undefined);
  if (unknown.length > 0) {
    console.log(`no such part: ${unknown.join(", ")}; there are ${Object.keys(PARTS).join(", ")}`);
    return 2;
  }
  if (spawnSync(process.execPath, [join(TREE, "scripts/build.ts")], { stdio: "inherit" }).status !== 0) {
    return 1;
  }
  const began = Date.now();
  const wrong: string[] = [];
  for (const [name, run] of Object.entries(PARTS)) {
    if (wanted.length === 0 || wanted.includes(name)) wrong.push(...await run());
  }
  for (const line of wrong) console.log(`FAILED: ${line}`);
  console.log(`${wrong.length === 0 ? "ok" : "failed"} after ${((Date.now() - began) / 1000).toFixed(0)} s`);
  return wrong.length === 0 ? 0 : 1;
}

/** Events that fail every test. */
function problems(
  part: string,
  figures: { sentTwice: number; lost: number; dead?: number; failedTurns?: number },
): string[] {
  const { sentTwice, lost, dead = 0, failedTurns = 0 } = figures;
  const wrong = [];
  if (sentTwice > 0) wrong.push(`${part}: ${sentTwice} tokens were sent twice`);
  if (lost > 0) wrong.push(`${part}: ${lost} logins were lost`);
  if (dead > 0) wrong.push(`${part}: in ${dead} homes Codex does no turn`);
  if (failedTurns > 0) wrong.push(`${part}: ${failedTurns} turns failed`);
  return wrong;
}

function print(what: string, figures: object): void {
  console.log(what);
  for (const [name, value] of Object.entries(figures)) console.log(`  ${name.padEnd(14)} ${value}`);
}

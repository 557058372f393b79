import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "vitest";
import { type Backend, type BackendOptions, startBackend } from "../../../rig/backend.ts";
import { commandOf, processes } from "../../../rig/backend/peer.ts";
import { makeSandbox, type Sandbox } from "../../../rig/sandbox.ts";
import { makeTeam, type Team, type TeamOptions } from "../../../rig/twf/team.ts";
import { WAY } from "../real_world.ts";

/** A user with a pool of logins for the real Codex, and a team that works with them. */
export interface PoolWorld extends Team {
  readonly service: Backend;
  readonly user: Sandbox;
  /** The texts of all auth files of the pool. */
  logins(): Record<string, string>;
  /** What commands left in the folder for temporary files. */
  leftFolders(): string[];
}

interface PoolOptions extends BackendOptions {
  readonly pool: TeamOptions["pool"];
  readonly workers?: readonly string[];
}

/** Makes a pool for one test, which may run beside others. At its end nobody may be left that has this user's HOME. */
export async function poolWorld(
  context: Pick<TestContext, "onTestFinished">,
  { pool, workers, ...backend }: PoolOptions,
): Promise<PoolWorld> {
  const service = await startBackend(backend);
  const user = makeSandbox({ codex: "real", leaveMs: 20_000 });
  const team = makeTeam({
    user,
    backend: service,
    way: WAY,
    pool,
    ...(workers === undefined ? {} : { workers }),
  });
  context.onTestFinished(async () => {
    try {
      await team.close();
      await user.close();
    } finally {
      await service.close();
    }
  });
  return {
    ...team,
    service,
    user,
    logins: () =>
      Object.fromEntries(
        readdirSync(team.pool).map((name) => [name, readFileSync(join(team.pool, name), "utf8")]),
      ),
    leftFolders: () => readdirSync(join(user.dir, "tmp")).filter((name) => name.startsWith("cap-")),
  };
}

/** The Codex processes that were given a home below a folder. */
export function codexBelow(folder: string): number[] {
  return processes().filter((pid) => /^\S*codex/.test(commandOf(pid))).filter((pid) => {
    const file = `/proc/${pid}/environ`;
    try {
      return existsSync(file) && readFileSync(file, "utf8").includes(`\0CODEX_HOME=${folder}/`);
    } catch {
      return false; // gone
    }
  });
}

/** What two windows, of five hours and of a week, have used. */
export function used(short: number, week: number) {
  return {
    usage: {
      primary: { usedPercent: short, windowSec: 18_000, resetInSec: 7200 },
      secondary: { usedPercent: week, windowSec: 604_800, resetInSec: 259_200 },
    },
  };
}

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, type TestContext } from "vitest";
import { patience } from "../../rig/patience.ts";
import { commandOf } from "../../rig/program.ts";
import { describeWith } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { WAY, type World, world } from "./real_world.ts";

// With the real Codex 0.171: a supervisor without a way to the service, and callers that have one.

const MINUTE = 60_000;
/** Nothing listens there; and the service is on loopback, which is exempt unless this is said. */
const DEAD_PROXY = {
  HTTP_PROXY: "http://127.0.0.1:9",
  http_proxy: "http://127.0.0.1:9",
  NO_PROXY: "",
  no_proxy: "",
};
const isRoot = process.getuid?.() === 0;

interface OwnRecord {
  readonly pid: number;
  readonly trouble?: { readonly kind: string; sinceMs: number };
}

function ownRecord({ user }: World): OwnRecord | undefined {
  const path = join(user.root, "state/supervisor.json");
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

/** Makes the trouble of the supervisor a minute older. */
function age(there: World): void {
  const record = ownRecord(there)!;
  record.trouble!.sinceMs -= MINUTE;
  writeFileSync(join(there.user.root, "state/supervisor.json"), JSON.stringify(record));
}

/** A user whose supervisor was started by `start` and reaches no service. */
async function cutOff(context: TestContext, start: (there: World) => unknown): Promise<World> {
  const there = await world(context);
  there.user.addAlias("a", { backend: there.service, account: "a" });
  await start(there);
  await there.results({ a: "no network" });
  await until(() => ownRecord(there)?.trouble?.kind === "network", "it knows what it lacks");
  return there;
}

/**
 * Picks: at first the supervisor stays; after a minute of trouble it is replaced, and the account is read. `same` = the
 * environment of a caller that is no better placed.
 */
async function isReplaced(there: World, same?: Readonly<Record<string, string>>): Promise<void> {
  const { agentlb, results } = there;
  const { pid } = ownRecord(there)!;
  expect((await agentlb(["pick"])).stderr).not.toContain("replacing");
  age(there);
  if (same !== undefined) expect((await agentlb(["pick"], same)).stderr).not.toContain("replacing");
  expect(there.supervisor()).toBe(pid);
  expect((await agentlb(["pick"])).stderr).toMatch(
    new RegExp(`agentlb: replacing the supervisor \\(pid ${pid}\\): it has had no network for a minute`),
  );
  await results({ a: "ok" });
  expect(there.supervisor()).not.toBe(pid);
  expect(ownRecord(there)?.trouble).toBeUndefined();
}

describe.concurrent("a supervisor that was started", { timeout: patience(120_000) }, () => {
  test("behind a dead proxy is replaced by a caller without it, and not by one with the same", async (context) => {
    const there = await cutOff(
      context,
      ({ agentlb }) => agentlb(["supervisor", "start", "--background"], DEAD_PROXY),
    );
    expect((await there.agentlb(["doctor"])).stdout).toContain("another proxy or network than this terminal");
    await isReplaced(there, DEAD_PROXY);
  });
});

describeWith(
  isRoot ? ["unshare"] : ["unshare", "the right to use it"],
  "a supervisor that was started",
  () => {
    test("in a network of its own is replaced by a caller in another", {
      timeout: patience(120_000),
    }, async (context) => {
      const there = await cutOff(context, ({ user }) => {
        const words = ["--net", ...commandOf(WAY), "supervisor", "start", "--background"];
        const { status } = spawnSync("unshare", words, { cwd: user.cwd, env: user.env });
        expect(status).toBe(0);
      });
      await isReplaced(there);
    });
  },
);

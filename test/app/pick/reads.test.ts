import { expect, test, vi } from "vitest";
import { renameSync } from "node:fs";
import { basename } from "node:path";

/** The files that are read, by their names. */
const reads: string[] = [];
vi.mock("../../../lib/io/files/read.ts", async (load) => {
  const real = await load<typeof import("../../../lib/io/files/read.ts")>();
  const readText = (path: string) => {
    reads.push(basename(path));
    return real.readText(path);
  };
  const readOwn = (path: string, most?: number) => {
    reads.push(basename(path));
    return real.readOwn(path, most);
  };
  return { ...real, readText, readOwn };
});
vi.mock("../../../lib/core/codex/account.ts", async (load) => {
  const real = await load<typeof import("../../../lib/core/codex/account.ts")>();
  const parseAccount = (text: string | undefined) => {
    reads.push("both tokens");
    return real.parseAccount(text);
  };
  return { ...real, parseAccount };
});

const { choose } = await import("../../../lib/app/pick/choose.ts");
const { awaitReadings } = await import("../../../lib/app/pick/await_readings.ts");
const { report } = await import("../../../lib/app/pick/report.ts");
const { ensureLayout } = await import("../../../lib/app/session/sessions.ts");
const { defaultConfig } = await import("../../../lib/core/config/config.ts");
const { world } = await import("../world.ts");

function userOf(sessions: number) {
  const user = world();
  const all = Array.from({ length: sessions }, (_, index) => `s${index}`);
  for (const alias of all) user.session(alias);
  user.status(Object.fromEntries(all.map((alias) => [alias, { age: 1, used: 50 }])));
  ensureLayout(user.host(), user.layout);
  return user;
}

async function readsOf(action: () => unknown): Promise<string[]> {
  reads.length = 0;
  await action();
  return [...reads].sort();
}

test("a pick reads as many files among many sessions as among few, and status.json once while it is the same", async () => {
  const [few, many] = await Promise.all([3, 50].map(async (sessions) => {
    const user = userOf(sessions);
    const pick = async () => {
      const read = await awaitReadings(
        user.host({ env: { AGENTLB_SUPERVISOR_DISABLED: undefined } }),
        user.layout,
        defaultConfig(),
      );
      await choose(user.host(), user.layout, defaultConfig(), "best", { read });
    };
    await pick(); // the first gathers what the sessions' own files say of their last picks
    return { user, pick };
  }));
  const found = await readsOf(few!.pick);
  expect(await readsOf(many!.pick)).toEqual(found);
  expect(found.filter((name) => name === "status.json")).toEqual(["status.json"]);
});

test("a status.json that is another by the time of the choice is read again", async () => {
  const user = userOf(3);
  const read = await awaitReadings(
    user.host({ env: { AGENTLB_SUPERVISOR_DISABLED: undefined } }),
    user.layout,
    defaultConfig(),
  );
  expect(user.read("status.json")).toContain('"usedPercent": 50');
  user.write(
    user.read("status.json").replace(/: 50,(?=[^]*"s2")/, ": 90,").replace(/: 50,(?=[^]*"s2")/, ": 90,"),
    "new",
  );
  renameSync(user.path("new"), user.path("status.json"));
  expect((await choose(user.host(), user.layout, defaultConfig(), "best", { read })).alias).toBe("s2");
});

test("a status reads one file of each session, and of its login no more than whose it is", async () => {
  const user = userOf(20);
  await choose(user.host(), user.layout, defaultConfig(), "best");
  const found = await readsOf(() => report(user.layout, defaultConfig(), user.now));
  expect(found.filter((name) => name === "auth.json")).toHaveLength(20);
  expect(found).not.toContain("both tokens");
  expect(found.length).toBeLessThan(20 + 10);
});

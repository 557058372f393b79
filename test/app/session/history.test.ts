import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { HistoryWriter, recallHistory } from "../../../lib/app/session/history.ts";
import { layoutOf } from "../../../lib/core/system/layout.ts";
import { emptySession, type SessionStatus } from "../../../lib/core/session/status.ts";
import { formatTime } from "../../../lib/core/text/time.ts";
import { FakeClock } from "../../../rig/clock.ts";
import { eventually, root } from "../supervisor/supervised.ts";

const MIN = 60_000;
const DAY = 24 * 60 * MIN;

function recorder() {
  const dir = mkdtempSync(join(tmpdir(), "agentlb-history-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const layout = layoutOf(dir);
  mkdirSync(layout.state);
  const clock = new FakeClock();
  const notes: string[] = [];
  const open = () =>
    new HistoryWriter({
      layout,
      clock,
      journal: { note: (what) => void notes.push(what) },
      mayWrite: () => true,
    });
  let writer = open();
  return {
    layout,
    clock,
    notes,
    /** What status.json says now, of a reading of this moment. */
    note(...sessions: (Partial<SessionStatus> & { readonly used?: number; readonly alias?: string })[]) {
      const at = formatTime(clock.now());
      writer.note(
        new Map(sessions.map(({ used = 0, alias = "a", ...more }) => [alias, {
          ...emptySession(),
          account: "9f",
          lastRateLimitUpdateAt: at,
          rateLimits: {
            limitId: "codex",
            primary: { usedPercent: used, windowDurationMins: 300 },
            secondary: null,
          },
          ...more,
        }])),
      );
    },
    async later(minutes: number) {
      await clock.advance(minutes * MIN);
    },
    restart: () => void (writer = open()),
    used: (account = "9f") => recallHistory(layout).get(account)?.map(({ short }) => short?.used),
    files: () => existsSync(layout.history) ? readdirSync(layout.history).sort() : [],
  };
}

describe("the history of readings", () => {
  it("is written when a reading changes, once a minute at most, and read back by account", async () => {
    const { note, later, used, layout, clock } = recorder();
    expect(used()).toBeUndefined();
    note({ used: 10 });
    await later(1);
    note({ used: 10 });
    await later(1);
    note({ used: 11 });
    await clock.advance(30_000);
    note({ used: 12 });
    await clock.advance(20_000);
    note({ used: 13 });
    await clock.advance(10_000);
    note({ used: 14 });
    expect(used()).toEqual([10, 11, 14]);
    expect(recallHistory(layout).get("9f")?.at(-1)).toEqual({
      atMs: clock.now(),
      alias: "a",
      short: { used: 14, durationMs: 300 * MIN },
      turns: 0,
    });
  });

  it("of an account with several aliases is that of the newest reading, with the work of all", async () => {
    const { note, later, layout } = recorder();
    const old = { lastRateLimitUpdateAt: "2026-11-20T11:00:00Z" };
    note(
      { alias: "a", used: 1, activity: { activeTurns: 1 }, ...old },
      { alias: "b", used: 2, activity: { activeTurns: 2 } },
      { alias: "c", used: 3, activity: { activeTurns: 4 }, ...old },
      { alias: "other", used: 9, account: "77" },
      { alias: "key", account: "key", rateLimits: { limitId: "codex", primary: null, secondary: null } },
    );
    await later(1);
    const found = recallHistory(layout);
    expect([...found.keys()].sort()).toEqual(["77", "9f"]);
    expect(found.get("9f")).toMatchObject([{ alias: "a", short: { used: 2 }, turns: 7 }]);
    expect(Date.parse(formatTime(found.get("9f")![0]!.atMs))).toBe(Date.parse("2026-11-20T12:00:00Z"));
  });

  it("is ours alone, one file a month, and gone when all in it is older than 90 days", async () => {
    const { note, later, used, layout, files, clock } = recorder();
    mkdirSync(layout.history);
    for (const month of ["2026-07", "2026-08", "2026-09"]) {
      writeFileSync(join(layout.history, `${month}.log`), "");
    }
    writeFileSync(join(layout.history, "2020-01.txt"), "mine");
    note({ used: 1 });
    // The last of August is 81 days ago, the last of July 112.
    expect(files()).toEqual(["2020-01.txt", "2026-08.log", "2026-09.log", "2026-11.log"]);
    expect(statSync(join(layout.history, "2026-11.log")).mode & 0o777).toBe(0o600);
    expect(statSync(layout.history).mode & 0o777).toBe(0o700);
    clock.jump(12 * DAY);
    await later(1);
    note({ used: 2 });
    await later(1);
    note({ used: 3 });
    expect(files()).toEqual(["2020-01.txt", "2026-09.log", "2026-11.log", "2026-12.log"]);
    expect(used()).toEqual([1, 2, 3]);
    const december = readFileSync(join(layout.history, "2026-12.log"), "utf8");
    expect(december).toMatch(/^\{.*\}\n0,\w+,1\n$/);
  });

  it("never takes more than 20 MB: the oldest months go", () => {
    const { note, layout, files, restart } = recorder();
    mkdirSync(layout.history);
    const big = `{"n":0,"account":"x","at":1}\n`.repeat(300_000);
    for (const month of ["2026-09", "2026-10"]) writeFileSync(join(layout.history, `${month}.log`), big);
    writeFileSync(join(layout.history, "2026-11.log"), big);
    note({ used: 1 });
    expect(files()).toEqual(["2026-10.log", "2026-11.log"]);
    writeFileSync(join(layout.history, "2026-11.log"), big.repeat(3));
    restart();
    note({ used: 2 });
    expect(files()).toEqual(["2026-11.log"]);
    expect(statSync(join(layout.history, "2026-11.log")).size).toBeGreaterThan(20 * 2 ** 20);
  });

  it("goes on after half a line that a killed supervisor left", async () => {
    const { note, later, used, restart, layout } = recorder();
    note({ used: 1 });
    await later(1);
    note({ used: 2 });
    const file = join(layout.history, "2026-11.log");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.slice(0, -2));
    restart();
    await later(1);
    note({ used: 3 });
    await later(1);
    note({ used: 4 });
    expect(used()).toEqual([1, 3, 4]);
  });

  it("that can't be written is said once, and goes on when it can be again", async () => {
    const { note, later, used, notes, layout } = recorder();
    writeFileSync(layout.history, "no folder");
    for (let minute = 0; minute < 5; minute++) {
      note({ used: minute });
      await later(2);
    }
    expect(notes).toEqual(["cannot write the history"]);
    note({ used: 9 });
    rmSync(layout.history);
    note({ used: 9 });
    expect(used()).toBeUndefined();
    await later(1);
    note({ used: 10 });
    await later(2);
    note({ used: 11 });
    expect(used()).toEqual([10, 11]);
    rmSync(layout.history, { recursive: true });
    writeFileSync(layout.history, "again no folder");
    await later(2);
    note({ used: 12 });
    expect(notes).toHaveLength(2);
  });

  it.runIf(existsSync("/dev/full"))("that meets a full disk harms nothing", async () => {
    const { note, later, used, notes, layout } = recorder();
    note({ used: 1 });
    const file = join(layout.history, "2026-11.log");
    const text = readFileSync(file, "utf8");
    rmSync(file);
    const { symlinkSync } = await import("node:fs");
    symlinkSync("/dev/full", file); // a link is refused as a full disk is
    await later(1);
    note({ used: 2 });
    expect(notes).toEqual(["cannot write the history"]);
    rmSync(file);
    writeFileSync(file, text.trimEnd());
    chmodSync(file, 0o600);
    await later(1);
    note({ used: 3 });
    expect(used()).toEqual([3]);
  });
});

it("a supervisor keeps the history of what it reads", async () => {
  const world = root();
  world.add("a");
  world.run();
  await world.clock.advance(2000);
  await eventually(() => existsSync(world.layout.history), "a history");
  const account = world.session("a").account!;
  expect(recallHistory(world.layout).get(account)).toMatchObject([{
    alias: "a",
    short: { used: 25 },
    long: { used: 40 },
  }]);
});

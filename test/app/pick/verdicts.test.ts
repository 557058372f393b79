import { mkdirSync, readlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { defaultConfig } from "../../../lib/core/config/config.ts";
import { parseReading } from "../../../lib/core/codex/rate_limits.ts";
import { exhaustionOf, exhaustionWords } from "../../../lib/core/pick/exhaustion.ts";
import { statusReport } from "../../../lib/core/pick/report/report.ts";
import { FLAVOURS } from "../../../lib/core/pool/flavour.ts";
import { jsonOf } from "../../../lib/core/pool/status_text.ts";
import { emptySession, emptyStatus, renderStatus } from "../../../lib/core/session/status.ts";
import { NO_CRASHES } from "../../../lib/core/supervisor/crashes.ts";
import { formatTime } from "../../../lib/core/text/time.ts";
import { report } from "../../../lib/app/pick/report.ts";
import { readLimits } from "../../../lib/app/pool/limits/read_limits.ts";
import { foundOf } from "../../../lib/app/pool/limits/status.ts";
import { hindranceOf } from "../../../lib/app/pool/pick/standings.ts";
import { usableLogin } from "../../../lib/app/pool/pick/team_memory.ts";
import { knownIn } from "../../../lib/app/session/readings_file.ts";
import { StatusEntry } from "../../../lib/app/supervisor/status_entry.ts";
import { statusJson } from "../../../lib/cli/view/status.ts";
import { FakeClock } from "../../../rig/clock.ts";
import { answering, fakeSpawn } from "../../../rig/fake_spawn.ts";
import { NOW, type Row, ROWS } from "../../verdicts/answers.ts";
import { authFile, world } from "../world.ts";

// One answer of the service has one verdict, whichever program gives it.

type Verdicts = Record<
  string,
  { readonly words: string | undefined; readonly comesBackAt: string | undefined }
>;

const EXPECTED: Verdicts = Object.fromEntries(
  ROWS.map(({ words, comesBackAt }, at) => [nameOf(at), { words, comesBackAt }]),
);

function nameOf(at: number): string {
  return `r${String(at).padStart(3, "0")}`;
}

/** Tells of the first rows that differ by their names instead of their numbers. */
function differing(seen: Verdicts): unknown {
  return ROWS.flatMap(({ name }, at) => {
    const [now, wanted] = [seen[nameOf(at)], EXPECTED[nameOf(at)]];
    return JSON.stringify(now) === JSON.stringify(wanted) ? [] : [{ name, now, wanted }];
  }).slice(0, 5);
}

test("the table has each flag alone and in pairs, beside all windows, credits and budgets", () => {
  expect(new Set(ROWS.map(({ name }) => name)).size).toBe(19 * 3 * 2 * 3);
  const words = new Set(ROWS.map(({ words }) => words));
  const causes = new Set([...words].map((text) => text?.replace(/, resets in .*/, "")));
  expect(causes).toEqual(
    new Set([
      undefined,
      "exhausted",
      "use refused by the service",
      "limit reached",
      "spend limit reached",
      "budget used up",
      "workspace out of credits",
      "workspace limit reached",
    ]),
  );
});

test.each(ROWS.map((row): [string, Row] => [row.name, row]))("the judgement: %s", (_, { answer, words }) => {
  const { limits, allowance } = parseReading(answer)!.readings;
  const exhaustion = exhaustionOf({ rateLimits: limits, allowance }, NOW);
  expect(exhaustion && exhaustionWords(exhaustion, NOW)).toBe(words);
});

test("agentlb and the library say it of sessions", () => {
  const { layout } = world();
  const sessions = new Map(ROWS.map(({ answer }, at) => {
    const entry = new StatusEntry(emptySession(), new FakeClock(NOW), () => 30);
    entry.read(parseReading(answer)!.readings);
    entry.tried({ kind: "ok" });
    return [nameOf(at), entry.session({ pid: 0, crashes: NO_CRASHES, activity: { activeTurns: 0 } })];
  }));
  for (const alias of sessions.keys()) mkdirSync(join(layout.sessions, alias), { recursive: true });
  writeFileSync(layout.status, renderStatus({ ...emptyStatus(), updatedAt: formatTime(NOW), sessions }));
  const found = report(layout, defaultConfig(), NOW);
  for (const { sessions } of [statusReport(found), JSON.parse(statusJson(found))]) {
    const seen = sessions.map(({ alias, eligible, reason, comesBackAt }: (typeof sessions)[number]) => [
      alias,
      { words: eligible ? undefined : reason, comesBackAt },
    ]);
    expect(differing(Object.fromEntries(seen))).toEqual([]);
  }
});

test("cap and clb say it of auth files, and of those that a pick passes over", async () => {
  const around = world();
  const dir = join(dirname(around.bin), "pool");
  mkdirSync(join(around.layout.root, "source"), { recursive: true });
  mkdirSync(dir);
  const files = ROWS.map((_, at) => {
    const file = join(dir, nameOf(at));
    writeFileSync(file, authFile(`${nameOf(at)}@example.test`), { mode: 0o600 });
    return file;
  });
  const spawned = fakeSpawn(({ env }) => {
    const file = basename(readlinkSync(join(env.CODEX_HOME ?? "", "auth.json")));
    return answering(ROWS[Number(file.slice(1))]!.answer);
  });
  const host = { ...around.host(), clock: new FakeClock(NOW), spawn: spawned.spawn };
  const { all, gone } = await readLimits(host, {
    flavour: FLAVOURS.cap,
    via: "app-server",
    source: () => join(around.layout.root, "source"),
    disableMcp: true,
    readyMs: 5000,
    timeoutMs: 12_000,
    enterDelayMs: 500,
    workers: [],
    since: () => undefined,
    interrupted: new AbortController().signal,
  }, files);
  await gone;

  const { accounts } = JSON.parse(JSON.stringify(jsonOf(dir, all.map(foundOf), NOW)));
  const shown = accounts.map(({ name, standing, reason, comesBackAt }: Record<string, string>) => [
    name,
    { words: standing === "exhausted" ? reason : undefined, comesBackAt },
  ]);
  expect(differing(Object.fromEntries(shown))).toEqual([]);

  const standings = { known: knownIn(around.layout, NOW), nowMs: NOW };
  const passedOver = files.map(async (path) => {
    const why = hindranceOf(standings, { path, login: (await usableLogin(host, path))! });
    return [basename(path), why?.words];
  });
  expect(await Promise.all(passedOver)).toEqual(ROWS.map(({ words }, at) => [nameOf(at), words]));
});

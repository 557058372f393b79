import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openJournal } from "../../lib/io/journal.ts";
import { FakeClock } from "../../rig/clock.ts";

function place() {
  const dir = mkdtempSync(join(tmpdir(), "agentlb-journal-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, "supervisor.log");
  const clock = new FakeClock();
  const lines = () => readFileSync(path, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
  return { dir, path, clock, lines, journal: openJournal(path, clock) };
}

it("a note is one JSON line with its time, for its owner alone whatever the umask", () => {
  const { journal, lines, path } = place();
  const before = process.umask(0);
  onTestFinished(() => void process.umask(before));
  journal.note("first", { alias: "a\nb", pid: 7 });
  journal.note("second");
  expect(lines()).toEqual([
    { t: "2026-11-20T12:00:00.000Z", what: "first", alias: "a\nb", pid: 7 },
    { t: "2026-11-20T12:00:00.000Z", what: "second" },
  ]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it("the same note is written once a minute, names of temporary files apart", async () => {
  const { journal, clock, lines } = place();
  for (let i = 0; i < 61; i++) {
    journal.note("full", { why: `ENOSPC, open '/x/.status.json.${String(i).padStart(16, "0")}.tmp'` });
    journal.note("full", { why: "another" });
    await clock.advance(1000);
  }
  expect(lines().map(({ why }) => why)).toEqual([
    "ENOSPC, open '/x/.status.json.0000000000000000.tmp'",
    "another",
    "ENOSPC, open '/x/.status.json.0000000000000060.tmp'",
    "another",
  ]);
});

it("a clock that was set back silences nothing", async () => {
  const { journal, clock, lines } = place();
  journal.note("again");
  clock.jump(-86_400_000);
  await clock.advance(60_000);
  journal.note("again");
  expect(lines()).toHaveLength(2);
});

it("three files of a megabyte are all it takes, each for its owner alone", () => {
  const { journal, dir, path } = place();
  const why = "x".repeat(1000);
  for (let i = 0; i < 5000; i++) journal.note("long", { why, i });
  expect(readdirSync(dir).sort()).toEqual(["supervisor.log", "supervisor.log.1", "supervisor.log.2"]);
  for (const name of readdirSync(dir)) {
    const { size, mode } = statSync(join(dir, name));
    expect({ isSmall: size < 1028 * 1024, mode: mode & 0o777 }).toEqual({ isSmall: true, mode: 0o600 });
  }
  const last = (name: string) => JSON.parse(readFileSync(name, "utf8").trim().split("\n").at(-1) ?? "").i;
  expect(last(path)).toBe(4999);
  expect(last(`${path}.1`)).toBeLessThan(last(path));
  expect(last(`${path}.2`)).toBeLessThan(last(`${path}.1`));
});

it("nothing is written through a link, and what can't be written ends nobody", () => {
  const { dir, clock } = place();
  const victim = join(dir, "victim");
  writeFileSync(victim, "untouched");
  symlinkSync(victim, join(dir, "link.log"));
  openJournal(join(dir, "link.log"), clock).note("x");
  openJournal(join(dir, "nowhere", "x.log"), clock).note("x");
  openJournal(dir, clock).note("x");
  expect(readFileSync(victim, "utf8")).toBe("untouched");
});

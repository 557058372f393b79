import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { RootGuard } from "../../../../lib/app/supervisor/records/root_guard.ts";
import { layoutOf } from "../../../../lib/core/system/layout.ts";
import { appendText } from "../../../../lib/io/files/append.ts";
import { replaceFile } from "../../../../lib/io/files/replace.ts";
import { openJournal } from "../../../../lib/io/journal.ts";
import { FakeClock } from "../../../../rig/clock.ts";

function guarded() {
  const dir = mkdtempSync(join(tmpdir(), "agentlb-guard-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const layout = layoutOf(join(dir, "root"));
  mkdirSync(layout.sessionStates, { recursive: true });
  writeFileSync(layout.status, "{}");
  const clock = new FakeClock();
  const office = { isInCharge: true };
  const guard = new RootGuard({ clock }, layout, () => office.isInCharge);
  const replaceRoot = () => {
    renameSync(layout.root, join(dir, "moved"));
    mkdirSync(layout.sessionStates, { recursive: true });
    writeFileSync(layout.status, "theirs");
  };
  return { dir, layout, clock, office, guard, replaceRoot };
}

describe("a supervisor", () => {
  it("writes what is there, and what never was", () => {
    const { guard, layout } = guarded();
    expect(guard.isOurs()).toBe(true);
    expect([guard.mayWrite(layout.status), guard.mayWrite(layout.readings)]).toEqual([true, true]);
  });

  it("writes nothing once it is not in charge any more", () => {
    const { guard, layout, office } = guarded();
    office.isInCharge = false;
    expect([guard.isOurs(), guard.mayWrite(layout.status)]).toEqual([false, false]);
  });

  it("writes nothing into a root that took the place of its own, though its lock looks the same", () => {
    const { guard, layout, replaceRoot } = guarded();
    replaceRoot();
    expect([guard.isOurs(), guard.mayWrite(layout.status), guard.mayWrite(layout.readings)]).toEqual(
      [false, false, false],
    );
  });

  it("makes what somebody removed anew after two seconds, so that a root can be removed", async () => {
    const { guard, layout, clock } = guarded();
    rmSync(layout.status);
    expect(guard.mayWrite(layout.status)).toBe(false);
    await clock.advance(1999);
    expect(guard.mayWrite(layout.status)).toBe(false);
    await clock.advance(1);
    expect(guard.mayWrite(layout.status)).toBe(true);
  });

  it("makes what it removed itself anew at once", () => {
    const { guard, layout } = guarded();
    rmSync(layout.status);
    guard.forget(layout.status);
    expect(guard.mayWrite(layout.status)).toBe(true);
  });
});

describe("a root that is replaced while a file is written", () => {
  it("keeps its own, and nothing else is left there", () => {
    const { guard, layout, replaceRoot } = guarded();
    let asked = 0;
    const mayReplace = () => {
      if (asked++ === 0) replaceRoot();
      return guard.mayWrite(layout.status);
    };
    expect(() => replaceFile(layout.status, "ours", { mayReplace })).toThrow(/another one took its place/);
    expect(asked).toBe(1);
    expect(readFileSync(layout.status, "utf8")).toBe("theirs");
    expect(readdirSync(layout.root).sort()).toEqual(["state", "status.json"]);
  });

  it("gets no line of a history or a log", () => {
    const { guard, layout, clock, replaceRoot } = guarded();
    replaceRoot();
    const path = join(layout.root, "history.log");
    writeFileSync(path, "theirs\n");
    expect(() => appendText(path, "ours\n", "", () => guard.mayWrite(path))).toThrow(/took its place/);
    expect(readFileSync(path, "utf8")).toBe("theirs\n");
    openJournal(layout.log, clock, () => guard.mayWrite(layout.log)).note("ours");
    expect(existsSync(layout.log)).toBe(false);
  });
});

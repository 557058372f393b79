import { renameSync, writeFileSync } from "node:fs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { pauseIn } from "../../../lib/app/thread/going_on/pause.ts";
import { FakeClock } from "../../../rig/clock.ts";
import { until } from "../../../rig/until.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

function pausing(isTerminal: boolean) {
  const folder = mkdtempSync(join(tmpdir(), "agentlb-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const clock = new FakeClock();
  let err = "";
  const terminal = { input: isTerminal, output: isTerminal, error: isTerminal };
  const host = { clock, isTerminal: terminal, err: (text: string) => void (err += text) };
  const status = join(folder, "status.json");
  const pause = pauseIn(host, { status }, { name: 'thread t of "a"', again: "agentlb continue t" });
  onTestFinished(() => pause.close());
  return {
    clock,
    pause,
    said: () => err,
    /** Starts a pause; tells whether it is over. */
    begin(lookMs: number, endMs: number | undefined) {
      const state = { isOver: false };
      void pause.until(lookMs, endMs).then(() => state.isOver = true);
      return state;
    },
    publish() {
      writeFileSync(`${status}.new`, "{}");
      renameSync(`${status}.new`, status);
    },
  };
}

describe("a pause", () => {
  it("on a terminal counts down every second, on one line that it clears", async () => {
    const { clock, pause, said, begin } = pausing(true);
    const end = clock.now() + 3 * SECOND;
    const state = begin(end, end);
    await clock.advance(3 * SECOND);
    expect(state.isOver).toBe(true);
    const [first, ...rest] = said().split("\n");
    expect(first).toMatch(/^agentlb: waiting: thread t of "a" goes on at \d\d:\d\d; .* agentlb continue t$/);
    expect(rest.join("").split("\r\x1b[K")).toEqual([
      "",
      ...[3, 2, 1, 0].map((left) => `agentlb: ${left}s left`),
    ]);
    pause.clear();
    expect(said().endsWith("\r\x1b[K")).toBe(true);
  });

  it("elsewhere says one line, once for each time that it waits for", async () => {
    const { clock, said, begin } = pausing(false);
    const end = clock.now() + 10 * MINUTE;
    for (let n = 0; n < 3; n++) {
      begin(end, end);
      await clock.advance(30 * SECOND);
    }
    begin(clock.now() + MINUTE, undefined);
    await clock.advance(0);
    expect(said()).not.toContain("\r");
    expect(said()).not.toContain("\x1b");
    expect(said().trimEnd().split("\n")).toHaveLength(2);
    expect(said()).toContain("goes on when something is left again");
  });

  it("ends half a minute later at the latest, however far its time is, and after a sleep of the machine at once", async () => {
    const { clock, begin } = pausing(false);
    const end = clock.now() + 60 * MINUTE;
    const first = begin(end, end);
    await clock.advance(29 * SECOND);
    expect(first.isOver).toBe(false);
    await clock.advance(SECOND);
    expect(first.isOver).toBe(true);
    // The wall clock goes on while the machine sleeps.
    clock.jump(60 * MINUTE);
    const second = begin(end, end);
    await clock.advance(0);
    expect(second.isOver).toBe(true);
  });

  it("ends when status.json changes, also when that was before it began", async () => {
    const { clock, begin, publish } = pausing(false);
    const end = clock.now() + 60 * MINUTE;
    const first = begin(end, end);
    await clock.advance(0);
    publish();
    await until(() => first.isOver, "the first pause ends");
    publish();
    const second = begin(end, end);
    await until(() => second.isOver, "the second pause ends");
  });
});

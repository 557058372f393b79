import { describe, expect, test } from "vitest";
import {
  nextChore,
  parseRestart,
  renderRestart,
  type Restart,
  type Step,
  withStep,
} from "../../../../lib/core/pool/watch/restart.ts";

const RESTART: Restart = {
  team: "/pool",
  from: "/pool/a.json",
  to: "/pool/b.json",
  at: 1_795_000_000_000,
  by: { pid: 42, startTime: "7", bootId: "boot" },
  phase: "restarting",
  workers: new Map<string, Step>([["w1", "running"], ["constructor", "running"]]),
  resumedAt: new Map([["w0", 5]]),
  banners: new Map([["w0", 1]]),
};

describe("a restart", () => {
  test("stops everybody first, then resumes and tells one after the other", () => {
    let now = RESTART;
    const done: string[] = [];
    const after: Record<string, Step> = { stop: "stopped", resume: "resumed", tell: "told" };
    for (let chore = nextChore(now.workers); chore; chore = nextChore(now.workers)) {
      done.push(`${chore.do} ${chore.worker}`);
      now = withStep(now, chore.worker, after[chore.do]!);
    }
    expect(done).toEqual([
      "stop w1",
      "stop constructor",
      "resume w1",
      "tell w1",
      "resume constructor",
      "tell constructor",
    ]);
  });

  test("leaves a worker behind that could not be stopped or resumed", () => {
    expect(nextChore(new Map<string, Step>([["w1", "failed"], ["w2", "stopped"]]))).toEqual({
      do: "resume",
      worker: "w2",
    });
    expect(nextChore(new Map<string, Step>([["w1", "failed"], ["w2", "told"]]))).toBeUndefined();
  });

  test("is read back as it was written", () => {
    expect(parseRestart(renderRestart(RESTART))).toEqual(RESTART);
  });

  test.each([
    undefined,
    "",
    "null",
    "[]",
    "{}",
    '{"schema":"agentlb.restart/1","phase":"odd","at":1,"by":{"pid":1}}',
    '{"sch',
  ])(
    "is nothing that can be gone on with: %s",
    (text) => expect(parseRestart(text)).toBeUndefined(),
  );
});

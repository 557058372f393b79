import { describe, expect, it } from "vitest";
import {
  type OwnRecord,
  parseOwnRecord,
  renderOwnRecord,
  replacementReason,
  troubleIn,
} from "../../../lib/core/supervisor/own_record.ts";
import { emptySession } from "../../../lib/core/session/status.ts";
import { formatTime } from "../../../lib/core/text/time.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const MIN = 60_000;
const HERE = { codex: "/bin/codex", path: "/bin", proxies: {}, network: "net:[1]" };

function record(changed: Partial<OwnRecord> = {}): OwnRecord {
  return {
    pid: 42,
    startedMs: NOW - 60 * MIN,
    version: "1.0.0",
    origin: { cwd: "/w", program: "cron", isReplacement: false },
    has: { ...HERE, codex: "" },
    trouble: { kind: "codex", sinceMs: NOW - MIN },
    ...changed,
  };
}

const tried = (lastProbeResult: string, secondsAgo: number) => ({
  ...emptySession(),
  lastProbeResult,
  lastProbeAt: formatTime(NOW - secondsAgo * 1000),
});

describe("a supervisor is in trouble", () => {
  it.each(
    [
      [
        "when no try has succeeded after one that found no codex",
        [["ok", 90], ["codex not found", 30]],
        "codex",
      ],
      ["when codex can't be started", [["cannot start codex", 30]], "codex"],
      ["when there is no network", [["no network", 30], ["login required", 5]], "network"],
      ["when nobody answers", [["no answer in 10 s", 30]], "network"],
      ["not when an account was read since", [["no network", 30], ["ok", 10]], undefined],
      ["not for a login that is dead", [["login required", 30], ["token refused", 5]], undefined],
      ["not before anything was tried", [["", 0]], undefined],
    ] as const,
  )("%s", (_, tries, kind) => {
    expect(troubleIn(tries.map(([result, ago]) => tried(result, ago)))?.kind).toBe(kind);
  });

  it("since the try that said so", () => {
    expect(troubleIn([tried("no network", 30)])?.sinceMs).toBe(NOW - 30_000);
  });
});

describe("a supervisor is replaced", () => {
  it("by a caller that has a codex, after a minute without one", () => {
    expect(replacementReason(record(), HERE, NOW)).toBe("codex");
    expect(replacementReason(record(), HERE, NOW - 1)).toBeUndefined();
  });

  it("not by a caller that has no codex, nor by one that has the same that does not start", () => {
    expect(replacementReason(record(), { ...HERE, codex: "" }, NOW)).toBeUndefined();
    expect(replacementReason(record({ has: HERE }), HERE, NOW)).toBeUndefined();
  });

  it("for want of a network by a caller that reaches it otherwise, and by no other", () => {
    const failing = record({ has: HERE, trouble: { kind: "network", sinceMs: NOW - MIN } });
    expect(replacementReason(failing, { ...HERE, proxies: { https_proxy: "http://p" } }, NOW)).toBe(
      "network",
    );
    expect(replacementReason(failing, { ...HERE, network: "net:[2]" }, NOW)).toBe("network");
    expect(replacementReason(failing, { ...HERE, codex: "/other", path: "/other" }, NOW)).toBeUndefined();
  });

  it("not when nothing is wrong", () => {
    expect(replacementReason(record({ trouble: undefined }), HERE, NOW)).toBeUndefined();
  });

  it("once in ten minutes at most", () => {
    const origin = { cwd: "/w", program: "bash", isReplacement: true };
    const fresh = record({ origin, startedMs: NOW - 10 * MIN + 1 });
    expect(replacementReason(fresh, HERE, NOW)).toBeUndefined();
    expect(replacementReason(fresh, HERE, NOW + 1)).toBe("codex");
  });
});

describe("what a supervisor tells of itself", () => {
  it("is read back as it was written", () => {
    expect(parseOwnRecord(renderOwnRecord(record()))).toEqual(record());
    const well = record({ trouble: undefined });
    expect(parseOwnRecord(renderOwnRecord(well))).toEqual(well);
    expect(renderOwnRecord(well)).not.toContain("trouble");
  });

  it.each(["", "{", "[]", "null", '{"pid":1}', '{"pid":"x","startedMs":1}'])(
    "is nothing when it says %j",
    (text) => {
      expect(parseOwnRecord(text)).toBeUndefined();
    },
  );
});

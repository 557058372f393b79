import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseAccount } from "../../../lib/core/codex/account.ts";
import { accountLimits, activityIn } from "../../../lib/core/codex/activity.ts";
import { loginIn } from "../../../lib/core/codex/auth_file.ts";
import { parseReading } from "../../../lib/core/codex/rate_limits.ts";
import { renewalOf } from "../../../lib/core/codex/renewal.ts";
import { CHECKED_CODEX } from "../../../lib/core/codex/versions.ts";
import { exhaustionOf, exhaustionWords } from "../../../lib/core/pick/exhaustion.ts";
import { TREE } from "../../../rig/codex.ts";

// Files as people have them, in testdata as they came.
const CASES = join(TREE, "test/testdata/cases");
const NOW = Date.parse("2026-11-30T12:00:00Z");
const bytes = (file: string) => readFileSync(join(CASES, file));
const text = (file: string) => bytes(file).toString();

describe("a login as people have it", () => {
  test.each([
    ["auth-personal-access-token.json", "token", {
      kind: "possible",
      usefulAtMs: NOW,
      isExpiryUnknown: true,
    }],
    ["auth-opaque-access-token.json", "chatgpt", {
      kind: "possible",
      usefulAtMs: NOW,
      isExpiryUnknown: true,
    }],
    ["auth-api-key.json", "apikey", { kind: "none", why: "API key" }],
  ])("%s is a login, and may be asked", (file, kind, renewal) => {
    expect(loginIn(bytes(file), file)).toMatchObject({ problem: undefined, account: { kind } });
    expect(renewalOf(parseAccount(text(file)), NOW, CHECKED_CODEX)).toEqual(renewal);
  });

  test("auth-with-bom.json is none, and its fault is named", () => {
    expect(loginIn(bytes("auth-with-bom.json")).problem).toBe("it starts with a byte order mark (BOM)");
  });
});

describe("an answer as people got it", () => {
  test.each([
    ["rate-limits-reset-in-milliseconds.json", "exhausted", undefined, false],
    ["rate-limits-zero-credits.json", "exhausted", 1_797_000_000_000, false],
  ])("%s: %s", (file, words, untilMs, onCredits) => {
    const { limits, allowance } = parseReading(JSON.parse(text(file)))!.readings;
    const found = exhaustionOf({ rateLimits: limits, allowance }, NOW)!;
    expect(exhaustionWords({ cause: found.cause, untilMs: undefined }, NOW)).toBe(words);
    expect([found.untilMs, found.onCredits]).toEqual([untilMs, onCredits]);
  });
});

test("rollout-limits-null-then-refused.jsonl keeps the limits that were told, and the refusal", () => {
  const [head = "", ...rest] = text("rollout-limits-null-then-refused.jsonl").split("\n");
  const found = activityIn(head, rest.join("\n"));
  expect(accountLimits(found)?.readings.limits.primary).toMatchObject({ usedPercent: 36 });
  expect(found.lastTurn).toMatchObject({ end: "limit" });
  expect(found.refusal).toBeDefined();
});

test("no file is left out: the others are read by the real Codex, by cap, and in place of Codex", () => {
  const mine = readFileSync(join(TREE, "test/core/codex/cases.test.ts"), "utf8") +
    readFileSync(join(TREE, "test/e2e/real_cases.test.ts"), "utf8");
  const files = readdirSync(CASES).filter((name) => name !== "pool");
  expect(files.filter((name) => !mine.includes(name))).toEqual([]);
});

import { describe, expect, it } from "vitest";
import type { Account } from "../../../lib/core/codex/account.ts";
import { renewalOf } from "../../../lib/core/codex/renewal.ts";
import { CHECKED_CODEX } from "../../../lib/core/codex/versions.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const MIN = 60_000;

function account(changed: Partial<Account>): Account {
  return {
    kind: "chatgpt",
    user: "u",
    workspace: "w",
    email: undefined,
    plan: undefined,
    tokenExpiresAt: undefined,
    ...changed,
  };
}
const expiring = (ms: number) => account({ tokenExpiresAt: (NOW + ms) / 1000 });

describe("a start", () => {
  it.each([
    ["nobody is logged in", account({ kind: "none" }), { kind: "none", why: "no login" }],
    ["there is an API key", account({ kind: "apikey" }), { kind: "none", why: "API key" }],
    ["the token has an hour", expiring(60 * MIN), { kind: "impossible", possibleAtMs: NOW + 50 * MIN }],
    ["the token has just over ten minutes", expiring(10 * MIN + 1000), {
      kind: "impossible",
      possibleAtMs: NOW + 1000,
    }],
  ])("can renew nothing where %s", (_, given, renewal) => {
    expect(renewalOf(given, NOW, CHECKED_CODEX)).toEqual(renewal);
  });

  it.each([
    ["the token has ten minutes", expiring(10 * MIN), 5 * MIN + 2000],
    ["the token has six minutes", expiring(6 * MIN), MIN + 2000],
    ["the token has four minutes", expiring(4 * MIN), 0],
    ["the token has expired", expiring(-MIN), 0],
    ["the login can't be read", account({ kind: "unreadable" }), 0],
  ])("may renew where %s, and is of use once Codex would do it", (_, given, usefulIn) => {
    expect(renewalOf(given, NOW, CHECKED_CODEX)).toEqual({ kind: "possible", usefulAtMs: NOW + usefulIn });
  });

  it.each([
    ["the access token doesn't say", account({})],
    ["it is an access token without an end", account({ kind: "token" })],
    ["a keyring may hold it", account({ kind: "elsewhere" })],
  ])("may renew, and nobody can tell when, where %s", (_, given) => {
    expect(renewalOf(given, NOW, CHECKED_CODEX)).toEqual({
      kind: "possible",
      usefulAtMs: NOW,
      isExpiryUnknown: true,
    });
  });

  const DAY = 24 * 60 * MIN;
  const renewed = (agoMs: number) =>
    account({ tokenExpiresAt: (NOW + 30 * DAY) / 1000, lastRefresh: NOW - agoMs });

  it.each(["0.90.0", "0.110.0", "0.116.9", undefined])(
    "of an old or unknown Codex may renew by the age of the last renewal alone: %s",
    (version) => {
      expect(renewalOf(renewed(7 * DAY), NOW, version)).toEqual({
        kind: "impossible",
        possibleAtMs: NOW + DAY - 10 * MIN,
      });
      expect(renewalOf(renewed(8 * DAY - 9 * MIN), NOW, version)).toMatchObject({ kind: "possible" });
      expect(renewalOf(renewed(9 * DAY), NOW, version)).toEqual({ kind: "possible", usefulAtMs: NOW });
      expect(renewalOf({ ...renewed(0), lastRefresh: undefined }, NOW, version)).toMatchObject({
        kind: "impossible",
      });
    },
  );

  it.each(["0.117.0", "0.136.0", CHECKED_CODEX])("of a later one may not: %s", (version) => {
    expect(renewalOf(renewed(300 * DAY), NOW, version)).toMatchObject({ kind: "impossible" });
  });

  it("before 0.136 is of use only after the expiry", () => {
    expect(renewalOf(expiring(6 * MIN), NOW, "0.135.0")).toEqual({
      kind: "possible",
      usefulAtMs: NOW + 6 * MIN + 2000,
    });
  });
});

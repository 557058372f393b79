import { describe, expect, test } from "vitest";
import { safeRequest } from "../../../lib/core/codex/methods.ts";

const refused = (method: string, params?: unknown) => "refused" in safeRequest(method, params);

describe("never sent to an app-server", () => {
  test.each([
    "account/logout",
    "account/login/start",
    "account/login/cancel",
    "account/rateLimitResetCredit/consume",
    "account/sendAddCreditsNudgeEmail",
    "account/gatewayOAuth/login",
    "account/bedrock/setup",
    "accountSession/switch",
    "account/somethingNew/read",
    "account",
  ])("is %s, which could change a login or spend something of it", (method) => {
    expect(safeRequest(method, {})).toEqual({ refused: "it could change the login or what it may spend" });
  });

  test("is what hands out a token or renews the login, however it is asked for", () => {
    expect(refused("getAuthStatus", { includeToken: true })).toBe(true);
    expect(refused("getAuthStatus", { refreshToken: true })).toBe(true);
    expect(refused("getAuthStatus", { include_token: 1 })).toBe(true);
    expect(refused("getAuthStatus", [true, false])).toBe(true);
    expect(refused("account/read", { refreshToken: true })).toBe(true);
    expect(refused("account/read", "refreshToken")).toBe(true);
  });

  test("is a second handshake", () => {
    expect(refused("initialize", {})).toBe(true);
  });
});

describe("sent to an app-server", () => {
  test("is what reads an account without its token", () => {
    expect(safeRequest("account/read", {})).toEqual({ params: {} });
    expect(safeRequest("account/read", { refreshToken: false })).toEqual({ params: { refreshToken: false } });
    expect(safeRequest("getAuthStatus", undefined)).toEqual({ params: undefined });
    expect(safeRequest("getAuthStatus", { includeToken: null })).toEqual({ params: { includeToken: null } });
  });

  test("is the question for limits as the supervisor asks it, whatever was wished for", () => {
    const asked = { params: { excludeResetCreditDetails: true } };
    expect(safeRequest("account/rateLimits/read", undefined)).toEqual(asked);
    expect(safeRequest("account/rateLimits/read", { supportsLunaReserve: true })).toEqual(asked);
  });

  test("is everything that is no matter of accounts, as it was given", () => {
    const params = { cwd: "/", token: "of something else" };
    expect(safeRequest("thread/start", params)).toEqual({ params });
  });
});

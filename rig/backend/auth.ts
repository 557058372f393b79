import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Account } from "./account.ts";
import { faulty, sendJson, type Waits } from "./answer.ts";
import { claimsIn, mintTokens, refreshTokenParts, type Tokens } from "./token.ts";

const REFUSALS: Readonly<Record<string, readonly [code: string, message: string]>> = {
  reused: [
    "refresh_token_reused",
    "Your refresh token has already been used to generate a new access token.",
  ],
  expired: ["refresh_token_expired", "Your refresh token has expired."],
  invalidated: ["refresh_token_invalidated", "Your session has ended. Please log in again."],
  unknown401: ["some_new_code", "Could not validate your refresh token."],
};

interface DeviceLogin {
  readonly userCode: string;
  account: string | undefined;
}

export interface AuthServerOptions {
  /** Approves every device login at once, as this account. */
  readonly deviceAccount?: string | undefined;
  /** Seconds between two polls of a device login. */
  readonly deviceIntervalSec: number;
}

/** The part of the service that issues tokens: refreshes, device logins, revocations. */
export class AuthServer {
  readonly #account: (id: string) => Account;
  readonly #waits: Waits;
  readonly #options: AuthServerOptions;
  readonly #spent = new Set<string>();
  readonly #revokedFamilies = new Set<string>();
  /** Access tokens (by `jti`) issued since the account's tokens were rejected. */
  readonly #fresh = new Map<string, Set<string>>();
  readonly #devices = new Map<string, DeviceLogin>();

  constructor(account: (id: string) => Account, waits: Waits, options: AuthServerOptions) {
    this.#account = account;
    this.#waits = waits;
    this.#options = options;
  }

  /** Tokens of a new login. */
  login(id: string, ttlSec?: number): Tokens {
    return this.#issue(id, ttlSec ?? this.#account(id).accessTtlSec, randomUUID().slice(0, 8));
  }

  /** Forgets the issued tokens, so that `tokenRejected` hits them all. */
  rejectAll(id: string): void {
    this.#fresh.delete(id);
  }

  /** The reason why an access token is rejected; undefined when it is accepted. */
  refuses(id: string, bearer: string | undefined): string | undefined {
    const { exp, jti } = claimsIn(bearer);
    if (exp !== undefined && exp * 1000 <= Date.now()) return "token_expired";
    if (!this.#account(id).tokenRejected) return undefined;
    return jti !== undefined && this.#fresh.get(id)?.has(jti) ? undefined : "token_expired";
  }

  /** Tells whether a refresh token was redeemed, or its login revoked. */
  isSpent(refreshToken: string): boolean {
    const family = refreshTokenParts(refreshToken)?.family;
    return this.#spent.has(refreshToken) || (family !== undefined && this.#revokedFamilies.has(family));
  }

  /** Approves the waiting device logins; returns their number. */
  approve(account: string): number {
    const waiting = [...this.#devices.values()].filter((device) => device.account === undefined);
    for (const device of waiting) device.account = account;
    return waiting.length;
  }

  /** `POST /oauth/token`. The token is spent on arrival, whatever becomes of the answer. */
  async token(response: ServerResponse, form: Readonly<Record<string, string>>): Promise<void> {
    if (form.grant_type === "authorization_code") {
      const id = Buffer.from(form.code?.split(".")[1] ?? "", "base64url").toString();
      const { accessTtlSec } = this.#account(id);
      return sendJson(response, 200, { ...this.login(id), expires_in: accessTtlSec, token_type: "Bearer" });
    }
    const sent = form.refresh_token ?? "";
    const parts = refreshTokenParts(sent);
    if (form.grant_type !== "refresh_token" || parts === undefined) {
      return sendJson(response, 400, { error: "unsupported_grant_type" });
    }
    const settings = () => this.#account(parts.id).refresh;
    const refusal = this.#redeem(sent, parts.family, settings());
    if (await faulty(response, settings, this.#waits)) return;
    const refused = REFUSALS[settings().mode] ?? refusal;
    if (refused !== undefined) {
      const [code, message] = refused;
      return sendJson(response, 401, {
        error: { message, type: "invalid_request_error", param: null, code },
      });
    }
    const { accessTtlSec } = this.#account(parts.id);
    const tokens = this.#issue(parts.id, accessTtlSec, parts.family);
    sendJson(response, 200, { ...tokens, expires_in: accessTtlSec, token_type: "Bearer", scope: "openid" });
  }

  /** `POST /oauth/revoke`: ends the whole login of the token. */
  revoke(response: ServerResponse, token: string): void {
    const family = refreshTokenParts(token)?.family;
    if (family !== undefined) this.#revokedFamilies.add(family);
    sendJson(response, 200, {});
  }

  /** Starts a device login. */
  userCode(response: ServerResponse): void {
    const id = randomUUID();
    const userCode = `RIG-${String(this.#devices.size + 1).padStart(5, "0")}`;
    this.#devices.set(id, { userCode, account: this.#options.deviceAccount });
    sendJson(response, 200, {
      device_auth_id: id,
      user_code: userCode,
      interval: String(this.#options.deviceIntervalSec),
      expires_at: new Date(Date.now() + 900_000).toISOString(),
    });
  }

  /** A poll of a device login: 403 until it is approved. */
  deviceToken(response: ServerResponse, deviceAuthId: string): void {
    const account = this.#devices.get(deviceAuthId)?.account;
    if (account === undefined) {
      return sendJson(response, 403, { error: { code: "deviceauth_authorization_pending" } });
    }
    const code = `code.${Buffer.from(account).toString("base64url")}.${randomUUID()}`;
    sendJson(response, 200, { authorization_code: code, code_challenge: "c", code_verifier: "v" });
  }

  #redeem(
    token: string,
    family: string,
    settings: Account["refresh"],
  ): readonly [string, string] | undefined {
    if (this.#revokedFamilies.has(family)) return REFUSALS.invalidated;
    if (settings.singleUse && this.#spent.has(token)) return REFUSALS.reused;
    // A server that fails before it does anything has not used the token up.
    if (!/^status:5|^drop$/.test(settings.mode)) this.#spent.add(token);
    return undefined;
  }

  #issue(id: string, ttlSec: number, family: string): Tokens {
    const tokens = mintTokens(id, this.#account(id), ttlSec, family);
    const { jti } = claimsIn(tokens.access_token);
    const fresh = this.#fresh.get(id) ?? new Set<string>();
    if (jti !== undefined) fresh.add(jti);
    this.#fresh.set(id, fresh);
    return tokens;
  }
}

import { createHash, randomUUID } from "node:crypto";
import { type Account, emailOf, userOf } from "./account.ts";

/** A made-up OAuth client. */
export const CLIENT_ID = "app_rig0000000000000000000";

const AUTH = "https://api.openai.com/auth";

export interface Tokens {
  readonly id_token: string;
  readonly access_token: string;
  readonly refresh_token: string;
}

/** The content of an `auth.json` as Codex writes it. */
export interface AuthFile {
  readonly auth_mode: string;
  readonly OPENAI_API_KEY: string | null;
  readonly tokens: Tokens & {
    readonly account_id: string;
    readonly oauth_provenance: { readonly issuer: string; readonly client_id: string };
  };
  readonly last_refresh: string;
}

/** The payload of an access token of the fake. */
export interface Claims {
  readonly exp?: number;
  readonly jti?: string;
  readonly accountId?: string;
}

/** New tokens of an account; `ttlSec` may be negative for tokens that have expired already. */
export function mintTokens(id: string, account: Account, ttlSec: number, family: string): Tokens {
  const claims = claimsOf(id, account, ttlSec);
  return {
    id_token: jwt({ ...claims, aud: [CLIENT_ID] }),
    access_token: jwt({ ...claims, jti: randomUUID(), aud: ["https://api.openai.com/v1"] }),
    refresh_token: `rt.${base64url(id)}.${family}.${randomUUID()}`,
  };
}

/** An auth file of a new login, whose refreshes go to `issuer`. */
export function authFileText(tokens: Tokens, id: string, issuer: string): string {
  const file: AuthFile = {
    auth_mode: "chatgpt",
    OPENAI_API_KEY: null,
    tokens: { ...tokens, oauth_provenance: { issuer, client_id: CLIENT_ID }, account_id: id },
    last_refresh: new Date().toISOString(),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** Account and family (one per login) of a refresh token. */
export function refreshTokenParts(
  token: string,
): { readonly id: string; readonly family: string } | undefined {
  const [kind, id, family, serial] = token.split(".");
  if (kind !== "rt" || id === undefined || family === undefined || serial === undefined) return undefined;
  return { id: Buffer.from(id, "base64url").toString(), family };
}

/** The claims of a bearer token; empty when it is unreadable. */
export function claimsIn(token: string | undefined): Claims {
  try {
    const payload = JSON.parse(Buffer.from(token?.split(".")[1] ?? "", "base64url").toString());
    return { exp: payload.exp, jti: payload.jti, accountId: payload[AUTH]?.chatgpt_account_id };
  } catch {
    return {};
  }
}

/** Enough of a secret to distinguish two, too little to use it. */
export function fingerprint(secret: string): string {
  return createHash("sha256").update(secret).digest("hex").slice(0, 12);
}

export function nowSec(): number {
  return Math.floor(Date.now() / 1000);
}

function claimsOf(id: string, account: Account, ttlSec: number): Record<string, unknown> {
  const email = emailOf(id, account);
  const user = userOf(id, account);
  const iat = nowSec();
  return {
    iss: "https://issuer.invalid",
    sub: `auth0|${user}`,
    email,
    email_verified: true,
    iat,
    exp: iat + ttlSec,
    [AUTH]: {
      chatgpt_account_id: id,
      chatgpt_plan_type: account.plan,
      chatgpt_user_id: user,
      user_id: user,
    },
    "https://api.openai.com/profile": { email, email_verified: true },
  };
}

function jwt(payload: unknown): string {
  const head = base64url(JSON.stringify({ alg: "RS256", typ: "JWT", kid: "rig" }));
  return `${head}.${base64url(JSON.stringify(payload))}.${base64url("not-a-signature")}`;
}

function base64url(text: string): string {
  return Buffer.from(text).toString("base64url");
}

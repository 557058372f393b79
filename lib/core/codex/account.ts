import { type Fields, fieldsOf } from "../text/json.ts";
import { byteOrder } from "../text/byte_order.ts";
import { parseTime } from "../text/time.ts";

/** The login in a home. Holds no token, only the expiry of the access token. */
export interface Account {
  /**
   * "token" = a personal access token or an agent identity; "elsewhere" = perhaps in a keyring, in no file; "none" = no
   * login; "unreadable" = there is a file, but Codex does not accept it as a login either.
   */
  readonly kind: "chatgpt" | "apikey" | "token" | "elsewhere" | "none" | "unreadable";
  readonly user: string | undefined;
  readonly workspace: string | undefined;
  readonly email: string | undefined;
  readonly plan: string | undefined;
  /** Expiry in epoch seconds; undefined when the access token does not state it. */
  readonly tokenExpiresAt: number | undefined;
  /** Time of the last renewal, epoch milliseconds; undefined when the file does not state it. */
  readonly lastRefresh?: number | undefined;
}

const LONGEST_FILE = 1_000_000;
const LONGEST_TOKEN = 16_384;
const LONGEST_NAME = 320;
const DEEPEST = 64;
/** The key of an email address, or an escape that may hide it. */
const MAY_NAME_EMAIL = /"email"|\\/;
const CLAIMS = "https://api.openai.com/auth";

/** Whose login it is, without its times: those are in a second token, and a table of all sessions needs none. */
export type Holder = Omit<Account, "tokenExpiresAt" | "lastRefresh">;

/** The account in the text of an auth.json; undefined text = no file. Never throws. */
export function parseAccount(text: string | undefined): Account {
  const { auth, tokens, ...holder } = opened(text);
  if (tokens === undefined) return { ...holder, tokenExpiresAt: undefined };
  return {
    ...holder,
    tokenExpiresAt: expiryOf(payloadOf(tokens.get("access_token"))),
    lastRefresh: parseTime(auth?.get("last_refresh")),
  };
}

/** The same without the times. */
export function parseHolder(text: string | undefined): Holder {
  const { auth: _, tokens: _tokens, ...holder } = opened(text);
  return holder;
}

/** The time at which the service issued the login's access token, epoch milliseconds; undefined when it is not stated. */
export function issuedAt(text: string | undefined): number | undefined {
  const iat = fieldsOf(payloadOf(opened(text).tokens?.get("access_token")))?.get("iat");
  return typeof iat === "number" && iat >= 0 && iat <= 1e11 ? Math.floor(iat) * 1000 : undefined;
}

/** The holder, and of a login by tokens where its times are. */
function opened(text: string | undefined): Holder & { readonly auth?: Fields; readonly tokens?: Fields } {
  if (text === undefined) return only("none");
  const file = parsed(text, LONGEST_FILE);
  const auth = fieldsOf(file);
  if (auth === undefined) return only("unreadable");

  const mode = auth.get("auth_mode");
  const tokens = auth.get("tokens") ?? undefined;
  const hasKey = typeof auth.get("OPENAI_API_KEY") === "string" && auth.get("OPENAI_API_KEY") !== "";
  if (holdsToken(auth, mode)) return { ...only("token"), email: emailIn(file) };
  if (mode === "bedrockApiKey" || mode === "bedrockAccessKeys") return only("apikey");
  if (mode === "apikey" || (hasKey && typeof mode !== "string")) {
    return hasKey ? { ...only("apikey"), email: emailIn(file) } : only("none");
  }
  if (tokens === undefined) return only("none");
  const held = fieldsOf(tokens);
  const payload = payloadOf(held?.get("id_token"));
  const identity = fieldsOf(payload);
  if (held === undefined || identity === undefined) return only("unreadable");

  const claims = fieldsOf(identity.get(CLAIMS));
  return {
    kind: "chatgpt",
    user: name(claims?.get("chatgpt_user_id")),
    workspace: name(held.get("account_id")) ?? name(claims?.get("chatgpt_account_id")),
    // Most files hold none outside of the token, and a search costs more than all the rest.
    email: (MAY_NAME_EMAIL.test(text) ? emailIn(file) : undefined) ?? emailIn(payload),
    plan: name(claims?.get("chatgpt_plan_type")),
    auth,
    tokens: held,
  };
}

/** True for a login that Codex can use and that a file of an OAuth login is not; the order is that of Codex's reader. */
function holdsToken(auth: Fields, mode: unknown): boolean {
  const hasToken = typeof auth.get("personal_access_token") === "string" &&
    auth.get("personal_access_token") !== "";
  if (typeof mode !== "string") return hasToken;
  if (mode === "personalAccessToken") return hasToken;
  return mode === "agentIdentity" && (auth.get("agent_identity") ?? undefined) !== undefined;
}

/** True when Codex takes it for a login, as far as its file says. */
export function isLogin({ kind }: Holder): boolean {
  return kind === "chatgpt" || kind === "apikey" || kind === "token";
}

function only(kind: Account["kind"]): Holder {
  return { kind, user: undefined, workspace: undefined, email: undefined, plan: undefined };
}

/** The first "email" with an `@`, depth first, keys in byte order; an object's own comes before its children's. */
function emailIn(value: unknown, depth = 0): string | undefined {
  if (depth > DEEPEST || typeof value !== "object" || value === null) return undefined;
  const own = name(fieldsOf(value)?.get("email"));
  if (own?.includes("@")) return own;
  for (const child of Array.isArray(value) ? value : childrenOf(value)) {
    const found = emailIn(child, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The objects and lists in an object, by their keys in byte order. */
function childrenOf(value: object): unknown[] {
  return Object.entries(value).filter(([, child]) => typeof child === "object")
    .sort(([a], [b]) => byteOrder(a, b)).map(([, child]) => child);
}

/** The payload of a JWT, signature unchecked; undefined when the text is not a JWT. */
function payloadOf(token: unknown): unknown {
  if (typeof token !== "string" || token.length > LONGEST_TOKEN) return undefined;
  const parts = token.split(".", 6);
  const payload = parts[1];
  if (payload === undefined || parts.length > 5) return undefined;
  try {
    const bytes = atob(payload.replaceAll("-", "+").replaceAll("_", "/"));
    // Byte by byte is slow, and few logins need it.
    const text = /^\p{ASCII}*$/u.test(bytes)
      ? bytes
      : new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
    return parsed(text, LONGEST_TOKEN);
  } catch {
    return undefined; // not base64
  }
}

function parsed(text: string, longest: number): unknown {
  if (text.length > longest) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not JSON
  }
}

function expiryOf(payload: unknown): number | undefined {
  const exp = fieldsOf(payload)?.get("exp");
  return typeof exp === "number" && exp >= 0 && exp <= Number.MAX_SAFE_INTEGER ? Math.floor(exp) : undefined;
}

function name(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && value.length <= LONGEST_NAME ? value : undefined;
}

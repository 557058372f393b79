import { type JsonObject, objectOf } from "../text/json.ts";
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
const CLAIMS = "https://api.openai.com/auth";

/** The account in the text of an auth.json; undefined text = no file. Never throws. */
export function parseAccount(text: string | undefined): Account {
  if (text === undefined) return only("none");
  const file = parsed(text, LONGEST_FILE);
  const auth = objectOf(file);
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
  const held = objectOf(tokens);
  const identity = payloadOf(held?.get("id_token"));
  if (held === undefined || objectOf(identity) === undefined) return only("unreadable");

  const claims = objectOf(objectOf(identity)?.get(CLAIMS));
  return {
    kind: "chatgpt",
    user: name(claims?.get("chatgpt_user_id")),
    workspace: name(held.get("account_id")) ?? name(claims?.get("chatgpt_account_id")),
    email: emailIn(file) ?? emailIn(identity),
    plan: name(claims?.get("chatgpt_plan_type")),
    tokenExpiresAt: expiryOf(payloadOf(held.get("access_token"))),
    lastRefresh: parseTime(auth.get("last_refresh")),
  };
}

/** True for a login that Codex can use and that a file of an OAuth login is not; the order is that of Codex's reader. */
function holdsToken(auth: JsonObject, mode: unknown): boolean {
  const hasToken = typeof auth.get("personal_access_token") === "string" &&
    auth.get("personal_access_token") !== "";
  if (typeof mode !== "string") return hasToken;
  if (mode === "personalAccessToken") return hasToken;
  return mode === "agentIdentity" && (auth.get("agent_identity") ?? undefined) !== undefined;
}

/** True when Codex takes it for a login, as far as its file says. */
export function isLogin({ kind }: Account): boolean {
  return kind === "chatgpt" || kind === "apikey" || kind === "token";
}

function only(kind: Account["kind"]): Account {
  return {
    kind,
    user: undefined,
    workspace: undefined,
    email: undefined,
    plan: undefined,
    tokenExpiresAt: undefined,
  };
}

/** The first "email" with an `@`, depth first, keys in byte order; an object's own comes before its children's. */
function emailIn(value: unknown, depth = 0): string | undefined {
  if (depth > DEEPEST) return undefined;
  const object = objectOf(value);
  const own = name(object?.get("email"));
  if (own?.includes("@")) return own;
  const children = object === undefined
    ? (Array.isArray(value) ? value : [])
    : [...object.keys()].sort(byteOrder).map((key) => object.get(key));
  for (const child of children) {
    if (typeof child !== "object") continue;
    const found = emailIn(child, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
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
  const exp = objectOf(payload)?.get("exp");
  return typeof exp === "number" && exp >= 0 && exp <= Number.MAX_SAFE_INTEGER ? Math.floor(exp) : undefined;
}

function name(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && value.length <= LONGEST_NAME ? value : undefined;
}

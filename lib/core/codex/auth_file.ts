import { type JsonObject, objectOf } from "../text/json.ts";
import { type Account, parseAccount } from "./account.ts";
import {
  encodingFault,
  foreignFormat,
  jsonFault,
  otherFileOfCodex,
  repeatedKeys,
  utf8Text,
} from "./no_auth_file.ts";

/** The verdict on an auth file. */
export interface Login {
  readonly account: Account;
  /** The reason why Codex cannot use the file; undefined when it can. */
  readonly problem: string | undefined;
}

/**
 * Judges an auth file as Codex does; the rules were found by giving it each kind of fault. The account is read by our
 * own rules, and Codex may accept more. No problem text contains a value from the file.
 */
export function loginIn(bytes: Uint8Array, name = "auth.json"): Login {
  const text = utf8Text(bytes);
  const unusable = (problem: string): Login => ({ account: parseAccount(""), problem });
  if (text === undefined) return unusable(encodingFault(bytes));
  const fault = jsonFault(text);
  const other = otherFileOfCodex(name);
  if (fault !== undefined) return unusable(other === undefined ? fault : `${fault}: it is ${other}`);
  const file: unknown = JSON.parse(text);
  const problem = faultIn(file, text);
  if (problem === undefined) return { account: parseAccount(text), problem };
  const format = other ?? foreignFormat(file);
  return unusable(format === undefined ? problem : `it is ${format}, no auth file of Codex`);
}

/** The fields in the order in which Codex's reader takes a list for a record. */
const FIELDS = [
  "auth_mode",
  "OPENAI_API_KEY",
  "tokens",
  "last_refresh",
  "agent_identity",
  "personal_access_token",
  "bedrock_api_key",
  "bedrock_access_keys",
];
const TOKENS = ["id_token", "access_token", "refresh_token"];
const NO_LOGIN = "it holds no login";

function faultIn(file: unknown, text: string): string | undefined {
  const auth = authRecord(file);
  if (auth === undefined) return Array.isArray(file) ? "it is a list, no object" : NO_LOGIN;
  const repeated = mayRepeat(text) ? repeatedKeys(text) : new Set<string>();
  const twice = [...FIELDS, ...[...TOKENS, "account_id", "oauth_provenance"].map((key) => `tokens.${key}`)]
    .find((key) => repeated.has(key));
  if (twice !== undefined) return `it names ${twice} twice`;
  if ([...auth.keys()].some(isBroken)) return "one of its names holds half a character";
  const tokens = auth.get("tokens");
  return optionalText(auth, "OPENAI_API_KEY") ?? optionalText(auth, "personal_access_token") ??
    refreshFault(auth.get("last_refresh")) ?? tokensFault(tokens) ??
    agentFault(auth.get("agent_identity")) ??
    bedrockFault(auth.get("bedrock_api_key"), ["api_key", "region"], "bedrock_api_key") ??
    bedrockFault(auth.get("bedrock_access_keys"), [], "bedrock_access_keys") ?? modeFault(auth);
}

/** False when no key that Codex knows can stand twice in a text: a quick look that most files pass. */
function mayRepeat(text: string): boolean {
  return text.includes("\\") || [...FIELDS, ...TOKENS, "account_id", "oauth_provenance"].some((name) => {
    const key = `"${name}"`;
    const first = text.indexOf(key);
    return first >= 0 && text.includes(key, first + 1);
  });
}

function authRecord(file: unknown): JsonObject | undefined {
  if (!Array.isArray(file) || file.length < 4 || file.length > FIELDS.length) return objectOf(file);
  return objectOf(file[2]) === undefined ? undefined : new Map(file.map((value, at) => [FIELDS[at]!, value]));
}

function refreshFault(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string"
    ? refreshTimeFault(value)
    : `its last_refresh is ${kindOf(value)}, no time`;
}

function tokensFault(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  const tokens = objectOf(value);
  if (tokens === undefined) return `its tokens are ${kindOf(value)}, no object`;
  if (tokens.size === 0) return "its tokens are empty";
  if ([...tokens.keys()].some(isBroken)) return "one of its names holds half a character";
  for (const name of TOKENS) {
    const token = tokens.get(name) ?? undefined;
    if (token === undefined) return `it has no ${name}${misspeltHint(tokens, name)}`;
    const fault = optionalText(tokens, name);
    if (fault !== undefined) return fault;
  }
  return idTokenFault(tokens.get("id_token") as string) ?? optionalText(tokens, "account_id") ??
    optionalText(tokens, "login_owner_id") ?? provenanceFault(tokens.get("oauth_provenance"));
}

function provenanceFault(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  const provenance = objectOf(value);
  // The issuer alone identifies the origin of a login, so a missing client is no fault here.
  const isWhole = typeof provenance?.get("issuer") === "string" &&
    ["string", "undefined"].includes(typeof provenance.get("client_id"));
  return isWhole ? undefined : "its oauth_provenance is not as Codex writes it";
}

function agentFault(value: unknown): string | undefined {
  if (value === undefined || value === null || typeof value === "string") return undefined;
  const isWhole = ["agent_runtime_id", "agent_private_key"].every((name) =>
    typeof objectOf(value)?.get(name) === "string"
  );
  return isWhole ? undefined : "its agent_identity is not as Codex writes it";
}

function bedrockFault(value: unknown, names: readonly string[], field: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  const keys = objectOf(value);
  const isWhole = keys !== undefined && names.every((name) => typeof keys.get(name) === "string");
  return isWhole ? undefined : `its ${field} is not as Codex writes it`;
}

/** The fields that each login method needs; Codex 0.169 knows no other methods. */
const NEEDS: ReadonlyMap<string, readonly string[]> = new Map([
  ["apikey", ["OPENAI_API_KEY"]],
  ["chatgpt", ["tokens"]],
  ["chatgptAuthTokens", ["tokens"]],
  ["agentIdentity", ["agent_identity"]],
  ["personalAccessToken", ["personal_access_token"]],
  ["bedrockApiKey", ["bedrock_api_key"]],
  ["bedrockAccessKeys", ["bedrock_access_keys"]],
]);

function modeFault(auth: JsonObject): string | undefined {
  const mode = modeOf(auth);
  if (mode === undefined) return `its auth_mode is ${kindOf(auth.get("auth_mode"))}, no text`;
  const needs = NEEDS.get(mode);
  if (needs === undefined) {
    const shown = /^[A-Za-z_]{1,24}$/.test(mode) ? ` "${mode}"` : "";
    return `its auth_mode${shown} is unknown to Codex`;
  }
  for (const name of needs) {
    const value = auth.get(name) ?? undefined;
    if (value === undefined) {
      return name === "tokens" ? withoutTokens(auth) : `it has no ${name}${misspeltHint(auth, name)}`;
    }
    if (typeof value === "string" && value.trim() === "") return `its ${name} is empty`;
  }
  if (mode === "chatgpt" && !canAsk(auth)) return "its tokens are empty";
  return undefined;
}

/** Codex accepts such a file offline as a ChatGPT login, and cannot use it. */
function withoutTokens(auth: JsonObject): string {
  if ((auth.get("agent_identity") ?? undefined) !== undefined) {
    return 'its agent_identity counts only with the auth_mode "agentIdentity"';
  }
  const found = ["tokens", "OPENAI_API_KEY"].find((name) =>
    !auth.has(name) && misspeltHint(auth, name) !== ""
  );
  return found === undefined ? NO_LOGIN : `it has no ${found}${misspeltHint(auth, found)}`;
}

/** The login method of a file without `auth_mode`. */
function modeOf(auth: JsonObject): string | undefined {
  const named = auth.get("auth_mode") ?? undefined;
  if (typeof named === "string") return named;
  if (named !== undefined) {
    const entries = [...objectOf(named) ?? []];
    return entries.length === 1 && entries[0]![1] === null ? entries[0]![0] : undefined;
  }
  const isThere = (name: string) => (auth.get(name) ?? undefined) !== undefined;
  if (isThere("personal_access_token")) return "personalAccessToken";
  if (isThere("bedrock_api_key")) return "bedrockApiKey";
  return isThere("OPENAI_API_KEY") ? "apikey" : "chatgpt";
}

/** Tells whether Codex has a token to send: the access token, or one to renew it with. */
function canAsk(auth: JsonObject): boolean {
  const tokens = objectOf(auth.get("tokens"));
  const isBlank = (name: string) => (tokens?.get(name) as string).trim() === "";
  // Without a time of refresh Codex sends no token, and renews the login when it is refused.
  return !isBlank("refresh_token") ||
    (!isBlank("access_token") && (auth.get("last_refresh") ?? undefined) !== undefined);
}

const AUTH = "https://api.openai.com/auth";
const PROFILE = "https://api.openai.com/profile";

function idTokenFault(token: string): string | undefined {
  const NO_JWT = "its id_token is no JWT";
  if (token === "") return "its id_token is empty";
  const parts = token.split(".");
  if (parts.length < 3 || parts.slice(0, 3).includes("")) return NO_JWT;
  const text = payloadText(parts[1]!);
  if (text === undefined || jsonFault(text) !== undefined) return NO_JWT;
  const payload: unknown = JSON.parse(text);
  if (Array.isArray(payload)) return payload.every(isOptionalText) ? undefined : CLAIMS_FAULT;
  const claims = objectOf(payload);
  if (claims === undefined) return NO_JWT;
  const auth = claims.get(AUTH) ?? undefined;
  const profile = claims.get(PROFILE) ?? undefined;
  const repeated = repeatedKeys(text);
  const isWhole = ["email", AUTH, PROFILE].every((name) => !repeated.has(name)) &&
    isOptionalText(claims.get("email")) &&
    hasTexts(profile, ["email"]) &&
    hasTexts(auth, ["chatgpt_plan_type", "chatgpt_user_id", "user_id", "chatgpt_account_id"]) &&
    ["boolean", "undefined"].includes(typeof objectOf(auth)?.get("chatgpt_account_is_fedramp"));
  return isWhole ? undefined : CLAIMS_FAULT;
}

const CLAIMS_FAULT = "its id_token does not say what Codex reads in it";

/** Unpadded base64url without loose bits, as Codex insists. */
function payloadText(part: string): string | undefined {
  if (!/^[\w-]+$/.test(part)) return undefined;
  try {
    const base64 = part.replaceAll("-", "+").replaceAll("_", "/");
    const bytes = atob(base64);
    if (btoa(bytes).replace(/=+$/, "") !== base64) return undefined;
    return utf8Text(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
  } catch {
    return undefined; // not base64
  }
}

function hasTexts(value: unknown, names: readonly string[]): boolean {
  if (value === undefined || (Array.isArray(value) && value.every(isOptionalText))) return true;
  const record = objectOf(value);
  return record !== undefined && names.every((name) => isOptionalText(record.get(name)));
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === "string" && !isBroken(value));
}

function optionalText(record: JsonObject, name: string): string | undefined {
  const value = record.get(name) ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== "string") return `its ${name} is ${kindOf(value)}, no text`;
  return isBroken(value) ? `its ${name} holds half a character` : undefined;
}

/** A field name in another spelling: `idToken`, `Tokens`. */
function misspeltHint(record: JsonObject, name: string): string {
  const bare = (text: string) => text.replaceAll(/[_-]/g, "").toLowerCase();
  const found = [...record.keys()].find((key) => key !== name && bare(key) === bare(name));
  return found === undefined ? "" : `, but ${found}`;
}

/** Codex's reader rejects half a surrogate pair. */
function isBroken(text: string): boolean {
  return /\p{Cs}/u.test(text);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (value === null) return "null";
  return typeof value === "object" ? "an object" : typeof value === "string" ? "a text" : `a ${typeof value}`;
}

/**
 * Parses `last_refresh` as Codex's reader does: RFC 3339 with some freedom, found by trying (blanks between the parts,
 * one digit for two, `UTC` for `Z`). A second and a time zone are required.
 */
const LOCAL =
  String.raw`\s*([+-]\d+|\d{1,4})\s*-\s*(\d{1,2})\s*-\s*(\d{1,2})[Tt ]\s*(\d{1,2})\s*:\s*(\d{1,2})\s*:` +
  String.raw`\s*(\d{1,2})(?:\.\d+)?\s*`;
const WITHOUT_ZONE = new RegExp(`^${LOCAL}$`);
const WITH_ZONE = new RegExp(`^${LOCAL}(?:[Zz]|[Uu][Tt][Cc]|[-+\u2212](\\d{2})[:\\s]*(\\d{2}))\\s*$`);
/** The last year that Codex can represent. */
const LAST_YEAR = 262_142;

/** The reason why Codex cannot read a text as the given type; undefined when it can. */
function refreshTimeFault(text: string): string | undefined {
  const parts = text.includes("\ufeff") ? null : WITH_ZONE.exec(text);
  if (parts !== null && isTime(parts.slice(1).map((part) => Number(part ?? 0)))) return undefined;
  return WITHOUT_ZONE.test(text)
    ? "its last_refresh has no time zone"
    : "its last_refresh is no time that Codex can read";
}

function isTime(
  [year, month, day, hour, minute, second, offsetHours, offsetMinutes]: readonly number[],
): boolean {
  if (Math.abs(year!) > LAST_YEAR || month! < 1 || month! > 12 || day! < 1 || day! > daysIn(year!, month!)) {
    return false;
  }
  return hour! < 24 && minute! < 60 && second! <= 60 && offsetHours! < 24 && offsetMinutes! < 60;
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

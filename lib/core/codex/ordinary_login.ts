import { parseTime } from "../text/time.ts";
import { type Fields, fieldsOf } from "../text/json.ts";
import { type Holder, parseHolder } from "./account.ts";

const KEYS = ["auth_mode", "OPENAI_API_KEY", "tokens", "last_refresh"];
const TOKENS = ["id_token", "access_token", "refresh_token"];
const OTHERS = ["account_id", "oauth_provenance"];
const AUTH = "https://api.openai.com/auth";
const PROFILE = "https://api.openai.com/profile";

/**
 * The holder of a ChatGPT login just as Codex writes it, without anything unusual; undefined for every other file, which
 * `auth_file` judges. Accepts nothing that `auth_file` refuses. Nearly all files of a pool are of this kind, and a pick
 * loads no more for them.
 */
export function ordinaryLogin(bytes: Uint8Array): Holder | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!isPlain(text, [...KEYS, ...TOKENS, ...OTHERS]) || !isOrdinary(JSON.parse(text))) return undefined;
    const holder = parseHolder(text);
    return holder.kind === "chatgpt" ? holder : undefined; // a file can be too long to be read
  } catch {
    return undefined; // not UTF-8, not JSON, or not base64
  }
}

function isOrdinary(file: unknown): boolean {
  const auth = fieldsOf(file);
  const tokens = fieldsOf(auth?.get("tokens"));
  if (auth === undefined || tokens === undefined || !hasOnly(file, KEYS)) return false;
  return [undefined, null, "chatgpt"].includes(auth.get("auth_mode") as string) &&
    (auth.get("OPENAI_API_KEY") ?? undefined) === undefined &&
    parseTime(auth.get("last_refresh")) !== undefined &&
    hasOnly(auth.get("tokens"), [...TOKENS, ...OTHERS]) &&
    TOKENS.every((name) => isFilled(tokens.get(name))) &&
    areTexts(tokens, ["account_id"]) &&
    isProvenance(tokens.get("oauth_provenance")) &&
    isIdToken(tokens.get("id_token") as string);
}

function isProvenance(value: unknown): boolean {
  const fields = fieldsOf(value);
  return value === undefined ||
    (fields !== undefined && isFilled(fields.get("issuer")) && areTexts(fields, ["client_id"]));
}

/** A JWT in strict base64url with the claims that Codex reads. */
function isIdToken(token: string): boolean {
  const parts = token.split(".");
  const payload = (parts[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
  if (parts.length < 3 || parts.slice(0, 3).includes("") || /[^\w-]/.test(parts[1]!)) return false;
  const text = atob(payload);
  if (btoa(text).replace(/=+$/, "") !== payload || /\P{ASCII}/u.test(text)) return false;
  if (!isPlain(text, [AUTH, PROFILE])) return false;
  const claims = fieldsOf(JSON.parse(text));
  const auth = fieldsOf(claims?.get(AUTH));
  const profile = fieldsOf(claims?.get(PROFILE));
  if (claims === undefined || auth === undefined || profile === undefined) return false;
  const emails = [claims, profile].filter((fields) => fields.get("email") !== undefined);
  return countOf(text, "email") === emails.length &&
    areTexts(claims, ["email"]) && areTexts(profile, ["email"]) &&
    areTexts(auth, ["chatgpt_plan_type", "chatgpt_user_id", "user_id", "chatgpt_account_id"]) &&
    ["boolean", "undefined"].includes(typeof auth.get("chatgpt_account_is_fedramp"));
}

/** True for a text without escapes, such as half a character, in which no key stands twice. */
function isPlain(text: string, keys: readonly string[]): boolean {
  return !text.includes("\\") && keys.every((key) => countOf(text, key) <= 1);
}

function countOf(text: string, key: string): number {
  return text.split(`"${key}"`).length - 1;
}

function hasOnly(value: unknown, keys: readonly string[]): boolean {
  return Object.keys(value as object).every((key) => keys.includes(key));
}

function isFilled(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "";
}

function areTexts(fields: Fields, names: readonly string[]): boolean {
  return names.every((name) => ["string", "undefined"].includes(typeof fields.get(name)));
}

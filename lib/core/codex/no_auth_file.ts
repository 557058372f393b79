import { type JsonObject, objectOf } from "../text/json.ts";

/**
 * Names the format of bytes that are no auth file: Codex takes UTF-8 and strict JSON only, other tools have their own.
 */

/** The text of a UTF-8 file, byte order mark included; undefined when it is not UTF-8. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Names bytes that are not UTF-8. */
export function encodingFault(bytes: Uint8Array): string {
  const [first, second, third, fourth] = bytes;
  const isLittle = first === 0xff && second === 0xfe;
  const isBig = first === 0xfe && second === 0xff;
  if (isLittle && third === 0 && fourth === 0) return "it is UTF-32, and Codex reads UTF-8 only";
  if (isLittle || isBig) return "it is UTF-16, and Codex reads UTF-8 only";
  if (first === 0x1f && second === 0x8b) return "it is compressed (gzip), and Codex reads plain JSON only";
  return "it is not valid UTF-8";
}

/** The reason why a text is not the one JSON value that Codex reads; undefined when it is. */
export function jsonFault(text: string): string | undefined {
  if (text.startsWith("\ufeff")) return "it starts with a byte order mark (BOM)";
  if (text.trim() === "") return "it is empty";
  if (isJson(text)) return undefined;
  if (text.includes("\0")) return nulFault(text);
  const why = syntaxFault(text);
  return why === undefined ? "it is no JSON" : `it is no JSON: ${why}`;
}

/**
 * Every key that occurs twice in one object, by path ("tokens.access_token"): Codex refuses duplicates of keys it
 * knows.
 */
export function repeatedKeys(json: string): ReadonlySet<string> {
  const repeated = new Set<string>();
  const open: { readonly path: string; readonly keys: Set<string> | undefined; key: string }[] = [];
  let last = "";
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/gs)) {
    const inner = open.at(-1);
    if (token === "{" || token === "[") {
      const path = inner === undefined ? "" : `${inner.path}${inner.key}.`;
      open.push({ path, keys: token === "{" ? new Set() : undefined, key: "" });
    } else if (token === "}" || token === "]") {
      open.pop();
    } else if (token === ":" && inner?.keys !== undefined) {
      inner.key = JSON.parse(last) as string;
      if (inner.keys.has(inner.key)) repeated.add(`${inner.path}${inner.key}`);
      inner.keys.add(inner.key);
    }
    last = token;
  }
  return repeated;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function nulFault(text: string): string {
  const bare = text.replaceAll("\0", "");
  if (bare === "") return "it holds nothing but NUL bytes";
  return /^(?:\0[^\0]|[^\0]\0){8}/.test(text)
    ? "it is UTF-16, and Codex reads UTF-8 only"
    : "it is no JSON: it holds NUL bytes";
}

function syntaxFault(text: string): string | undefined {
  const plain = withoutComments(text);
  if (plain !== text && (isJson(plain) || isJson(withoutCommas(plain)))) return "it has comments (JSONC)";
  if (isJson(withoutCommas(text))) return "it has a comma too many";
  const end = endOfFirst(text);
  if (end !== undefined && isJson(text.slice(0, end))) {
    return isJson(text.slice(end)) || /^\s*[{[]/.test(text.slice(end))
      ? "it holds more than one JSON object"
      : "there is text behind it";
  }
  const start = text.trimStart();
  if (/^[{[]\s*'/.test(start)) return "its quotes are single ones";
  if (/^[{[]\s*[\u201c\u201d\u201e\u00ab]/.test(start)) return "its quotes are typographic ones";
  if (/^(?:eyJ|sk-|at-|rt[._])[\w.-]+\s*$/.test(start)) return "it is a bare token";
  if (start.startsWith("<")) return "it is a page (HTML), or XML";
  if (/^[\w+/\s]{64,}={0,2}$/.test(start.trimEnd())) return "it is encoded (base64)";
  if (/^(?:machine|default)\s+\S/.test(start)) return "it holds settings";
  if (!/^[{["]/.test(start) && /^(?:[ \t]*(?:export[ \t]+)?\w+[ \t]*=|[\w-]+:(?:\s|$))/m.test(start)) {
    return "it holds settings";
  }
  if (!/^[{[]/.test(start)) return undefined;
  // deno-lint-ignore no-control-regex
  if (isJson(text.replace(/[\x00-\x1f]/g, " "))) return "a text in it holds a control character";
  return end === undefined ? "it is cut off" : undefined;
}

/** The end of the first object or list; undefined when there is none, or it never closes. */
function endOfFirst(text: string): number | undefined {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"?|[{}[\]]/gs)) {
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    else continue;
    if (depth <= 0) return index + 1;
  }
  return undefined;
}

/** Like all patterns here it takes time in proportion to the text: a text or a comment without an end goes to the end. */
function withoutComments(text: string): string {
  return text.replace(
    /("(?:[^"\\]|\\.)*"?)|\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/)?|(?:^|(?<=\n))[^\S\n]*#[^\n]*/g,
    (_, kept?: string) => kept ?? " ",
  );
}

function withoutCommas(text: string): string {
  return text.replace(/("(?:[^"\\]|\\.)*"?)|,(?=\s*[}\]])/g, (_, kept?: string) => kept ?? "");
}

/** The name of the format of a JSON value that is no auth file of Codex; undefined when unknown. */
export function foreignFormat(value: unknown): string | undefined {
  if (Array.isArray(value)) return formatOfList(value);
  const file = objectOf(value);
  if (file === undefined) return undefined;
  return FORMATS.find(([, fits]) => fits(file))?.[0] ?? nestedLogin(file);
}

/** Names a file of a Codex home that is no login, by its file name. */
export function otherFileOfCodex(name: string): string | undefined {
  return OTHERS.get(name);
}

const OTHERS: ReadonlyMap<string, string> = new Map([
  ["config.toml", "the settings of a Codex home"],
  ["history.jsonl", "the history of a Codex home"],
  ["session_index.jsonl", "the list of threads of a Codex home"],
  ["version.json", "what a Codex home knows of new versions"],
  ["models_cache.json", "the list of models of a Codex home"],
]);

function formatOfList(items: readonly unknown[]): string | undefined {
  const records = items.map(objectOf).filter((item) => item !== undefined);
  if (records.some((item) => item.has("domain") && item.has("value"))) return "the cookies of a browser";
  return records.length > 0 ? "a list of accounts" : undefined;
}

type Fits = (file: JsonObject) => boolean;

const has = (...keys: readonly string[]): Fits => (file) => keys.every((key) => file.has(key));
const holds = (fits: Fits): Fits => (file) =>
  [...file.values()].some((value) => {
    const inner = objectOf(value);
    return inner !== undefined && fits(inner);
  });

/** The first entry that matches. */
const FORMATS: readonly (readonly [name: string, fits: Fits])[] = [
  [
    "the session of the ChatGPT page (session.json)",
    (file) =>
      (file.has("accessToken") || file.has("sessionToken")) && (file.has("user") || file.has("expires")),
  ],
  [
    "the auth file of Hermes",
    (file) => file.has("credential_pool") || (file.has("active_provider") && file.has("providers")),
  ],
  ["the auth profiles of OpenClaw", (file) => file.has("profiles") && holds(holds(has("provider")))(file)],
  ["a login of Claude Code", has("claudeAiOauth")],
  ["a login of Qwen Code", has("access_token", "resource_url")],
  ["a login of Gemini CLI", has("access_token", "expiry_date")],
  ["a service account of Google", (file) => file.get("type") === "service_account"],
  ["a login of GitHub Copilot", holds(has("oauth_token"))],
  [
    "an auth file of CLIProxyAPI",
    (file) => file.has("access_token") && (file.get("type") === "codex" || file.has("expired")),
  ],
  [
    "the auth file of OpenCode",
    holds((inner) =>
      ["oauth", "api", "wellknown"].includes(inner.get("type") as string) &&
      (inner.has("access") || inner.has("refresh") || inner.has("key"))
    ),
  ],
  [
    "a list of accounts",
    (file) =>
      ["accounts", "credentials", "profiles"].some((key) =>
        typeof file.get(key) === "object" && file.get(key) !== null
      ),
  ],
  ["an export with camelCase names", has("accessToken", "refreshToken")],
  ["a bare set of tokens", has("access_token", "refresh_token")],
  [
    "an API key under another name than OPENAI_API_KEY",
    (file) =>
      !file.has("tokens") && !file.has("OPENAI_API_KEY") &&
      [...file.keys()].some((name) => /^(?:api_?)?key$|^openai$/i.test(name)),
  ],
];

/** A Codex login nested deeper in the file than Codex looks. */
function nestedLogin(file: JsonObject, path = "", depth = 0): string | undefined {
  for (const [key, value] of file) {
    const inner = objectOf(value);
    if (inner === undefined || key === "tokens") continue;
    if (objectOf(inner.get("tokens"))?.has("access_token")) {
      return `a login of Codex under the key ${path}${key}`;
    }
    const found = depth < 3 ? nestedLogin(inner, `${path}${key}.`, depth + 1) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

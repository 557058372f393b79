import { type JsonObject, objectOf } from "../text/json.ts";

/** Whose format a JSON value is that is no auth file of Codex, in words; undefined when nobody's that is known. */
export function foreignFormat(value: unknown): string | undefined {
  if (Array.isArray(value)) return formatOfList(value);
  const file = objectOf(value);
  if (file === undefined) return undefined;
  return FORMATS.find(([, fits]) => fits(file))?.[0] ?? nestedLogin(file);
}

/** What a file in a home of Codex's is, by its name, where it is no login. */
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

/** The first that fits. */
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
  ["a login of Gemini CLI", has("access_token", "expiry_date")],
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
];

/** A login of Codex's that stands deeper in the file than Codex looks for it. */
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

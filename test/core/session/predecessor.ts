/**
 * The predecessor's readers and writers of its files, as strict as serde is: the rule behind each refusal is
 * part of its message.
 */

type Json = null | boolean | string | Whole | Float | Json[] | Map<string, Json>;
interface Whole {
  readonly whole: bigint;
}
interface Float {
  readonly float: string;
}

const I64 = [-(2n ** 63n), 2n ** 63n - 1n] as const;
const I32 = [-(2n ** 31n), 2n ** 31n - 1n] as const;
const U32 = [0n, 2n ** 32n - 1n] as const;
const USIZE = [0n, 2n ** 64n - 1n] as const;

/** Reads status.json and writes it again, as its daemon does at every flush; throws what its reader says. */
export function rewriteStatus(text: string): string {
  const value = parseJson(text);
  // Rule: a struct may also come as a sequence; an empty one leaves every field at its default.
  const file = Array.isArray(value) && value.length === 0 ? new Map<string, Json>() : struct(value, "status");
  const daemon = nested(file, "daemon");
  const sessions = [...nested(file, "sessions")].sort(([a], [b]) => compareBytes(a, b));
  return pretty([
    ["version", whole(file, "version", U32)],
    ["updatedAt", text_(file, "updatedAt")],
    ["daemon", [["pid", whole(daemon, "pid", I32)], ["startedAt", text_(daemon, "startedAt")]]],
    ["sessions", sessions.map(([alias, value]) => [alias, rewriteSession(struct(value, alias))])],
  ]);
}

export function rewriteGlobalState(text: string): string {
  const file = struct(parseJson(text), "global state");
  required(file, "round_robin_index");
  return pretty([
    ["round_robin_index", whole(file, "round_robin_index", USIZE)],
    ...unlessEmpty("last_alias", text_(file, "last_alias")),
  ]);
}

export function rewriteSessionState(text: string): string {
  const file = struct(parseJson(text), "session state");
  required(file, "alias");
  required(file, "created_at");
  const times = file.get("recent_assignments") ?? [];
  if (!Array.isArray(times)) throw new Error("invalid type: expected a sequence");
  const wholes = times.map((_, at) => whole(new Map(Object.entries(times)), String(at), I64));
  return pretty([
    ["alias", text_(file, "alias")],
    ["created_at", text_(file, "created_at")],
    ...unlessEmpty("last_used_at", text_(file, "last_used_at")),
    ...(wholes.length === 0 ? [] : [["recent_assignments", { list: wholes }] as Field]),
  ]);
}

type Written = bigint | string | null | Field[] | { readonly list: readonly bigint[] };
type Field = [key: string, value: Written];

function rewriteSession(session: Map<string, Json>): Field[] {
  const appServer = nested(session, "appServer");
  const limits = nested(session, "rateLimits");
  return [
    ["health", text_(session, "health")],
    ["appServer", [
      ["state", text_(appServer, "state")],
      ["pid", whole(appServer, "pid", I32)],
      ["restartCount", whole(appServer, "restartCount", I64)],
    ]],
    ["rateLimits", [
      ["limitId", text_(limits, "limitId")],
      ["primary", rewriteWindow(limits.get("primary"))],
      ["secondary", rewriteWindow(limits.get("secondary"))],
    ]],
    ["usageLeftPercent", whole(session, "usageLeftPercent", I64)],
    ["activity", [["activeTurns", whole(nested(session, "activity"), "activeTurns", I64)]]],
    ["lastRateLimitUpdateAt", text_(session, "lastRateLimitUpdateAt")],
    ["lastProbeAt", text_(session, "lastProbeAt")],
    ["lastProbeResult", text_(session, "lastProbeResult")],
    ["lastSelectedAt", text_(session, "lastSelectedAt")],
  ];
}

/** Rule: an Option may be null or missing; its fields, once there, may not be null. */
function rewriteWindow(value: Json | undefined): Written {
  if (value === undefined || value === null) return null;
  const window = struct(value, "window");
  return ["usedPercent", "windowDurationMins", "resetsAt"].map((key) => [key, whole(window, key, I64)]);
}

function required(fields: Map<string, Json>, key: string): void {
  if (!fields.has(key)) throw new Error(`missing field \`${key}\``);
}

function nested(fields: Map<string, Json>, key: string): Map<string, Json> {
  return fields.has(key) ? struct(fields.get(key) as Json, key) : new Map();
}

/** Rule: a default stands in for a missing key only, never for null. */
function whole(fields: Map<string, Json>, key: string, [least, most]: readonly [bigint, bigint]): bigint {
  const value = fields.has(key) ? fields.get(key) as Json : { whole: 0n };
  if (value === null) throw new Error(`invalid type: null, expected an integer (${key})`);
  if (typeof value === "object" && "float" in value) {
    throw new Error(`invalid type: floating point \`${value.float}\`, expected an integer (${key})`);
  }
  if (typeof value !== "object" || !("whole" in value)) {
    throw new Error(`invalid type: expected an integer (${key})`);
  }
  if (value.whole < least || value.whole > most) {
    throw new Error(`invalid value: integer \`${value.whole}\`, out of range (${key})`);
  }
  return value.whole;
}

function text_(fields: Map<string, Json>, key: string): string {
  const value = fields.has(key) ? fields.get(key) : "";
  if (typeof value !== "string") throw new Error(`invalid type: expected a string (${key})`);
  return value;
}

function struct(value: Json, what: string): Map<string, Json> {
  if (value instanceof Map) return value;
  throw new Error(`invalid type: ${value === null ? "null" : typeof value}, expected struct ${what}`);
}

/** JSON that tells whole numbers from floats, refuses a key given twice and half a surrogate pair. */
function parseJson(text: string): Json {
  JSON.parse(text); // the grammar
  const tokens = text.match(/"(?:\\.|[^"\\])*"|-?\d[\d.eE+-]*|true|false|null|[[\]{},:]/g) ?? [];
  let at = 0;
  const value = (): Json => {
    const token = tokens[at++] ?? "";
    if (token === "{") return object();
    if (token === "[") return list();
    if (token.startsWith('"')) return string(token);
    if (token === "true" || token === "false") return token === "true";
    if (token === "null") return null;
    // Rule: only digits are an integer; -0 and what exceeds 64 bits are read as floats.
    const isWhole = /^-?\d+$/.test(token) && token !== "-0" && BigInt(token) >= I64[0] &&
      BigInt(token) <= USIZE[1];
    return isWhole ? { whole: BigInt(token) } : { float: token };
  };
  const string = (token: string): string => {
    const text = JSON.parse(token) as string;
    if (/\p{Cs}/u.test(text)) throw new Error("lone leading surrogate in hex escape");
    return text;
  };
  const list = (): Json[] => {
    const items: Json[] = [];
    while (tokens[at] !== "]") {
      items.push(value());
      if (tokens[at] === ",") at++;
    }
    at++;
    return items;
  };
  const object = (): Map<string, Json> => {
    const fields = new Map<string, Json>();
    while (tokens[at] !== "}") {
      const key = string(tokens[at] ?? "");
      at += 2;
      if (fields.has(key)) throw new Error(`duplicate field \`${key}\``);
      fields.set(key, value());
      if (tokens[at] === ",") at++;
    }
    at++;
    return fields;
  };
  return value();
}

function unlessEmpty(key: string, value: string): Field[] {
  return value === "" ? [] : [[key, value]];
}

function compareBytes(a: string, b: string): number {
  const [x, y] = [a, b].map((text) =>
    Array.from(new TextEncoder().encode(text), (byte) => byte + 0x100).join()
  );
  return x! < y! ? -1 : 1;
}

function pretty(fields: Field[], depth = 1): string {
  const pad = "  ".repeat(depth);
  const written = (value: Written): string => {
    if (value === null) return "null";
    if (typeof value === "bigint") return String(value);
    if (typeof value === "string") return JSON.stringify(value);
    if (Array.isArray(value)) return pretty(value, depth + 1);
    return `[\n${value.list.map((item) => `${pad}  ${item}`).join(",\n")}\n${pad}]`;
  };
  const lines = fields.map(([key, value]) => `${pad}${JSON.stringify(key)}: ${written(value)}`);
  const text = fields.length === 0 ? "{}" : `{\n${lines.join(",\n")}\n${pad.slice(2)}}`;
  return depth === 1 ? `${text}\n` : text;
}

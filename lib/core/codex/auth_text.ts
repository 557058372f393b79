/** What is wrong with bytes that should be the JSON text of an auth file. Codex takes UTF-8 and strict JSON only. */

/** The text of a file that is UTF-8, a byte order mark included; undefined when it is not. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** What bytes that are no UTF-8 are. */
export function encodingFault(bytes: Uint8Array): string {
  const [first, second, third, fourth] = bytes;
  const isLittle = first === 0xff && second === 0xfe;
  const isBig = first === 0xfe && second === 0xff;
  if (isLittle && third === 0 && fourth === 0) return "it is UTF-32, and Codex reads UTF-8 only";
  if (isLittle || isBig) return "it is UTF-16, and Codex reads UTF-8 only";
  return "it is not valid UTF-8";
}

/** Why a text is not the one JSON value that Codex reads; undefined when it is. */
export function jsonFault(text: string): string | undefined {
  if (text.startsWith("\ufeff")) return "it starts with a byte order mark (BOM)";
  if (text.trim() === "") return "it is empty";
  if (isJson(text)) return undefined;
  if (text.includes("\0")) return nulFault(text);
  const why = whyNoJson(text);
  return why === undefined ? "it is no JSON" : `it is no JSON: ${why}`;
}

/** Every key that stands twice in one object, by its path ("tokens.access_token"): Codex refuses those it knows. */
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

function whyNoJson(text: string): string | undefined {
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
  if (/^\s*(?:export\s+)?\w+\s*=/m.test(start) && !/^[{[]/.test(start)) return "it holds settings";
  if (!/^[{[]/.test(start)) return undefined;
  // deno-lint-ignore no-control-regex
  if (isJson(text.replace(/[\x00-\x1f]/g, " "))) return "a text in it holds a control character";
  return end === undefined ? "it is cut off" : undefined;
}

/** Where the first object or list ends; undefined when there is none, or no end. */
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

function withoutComments(text: string): string {
  return text.replace(
    /("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[^]*?\*\/|(?:^|(?<=\n))\s*#[^\n]*/g,
    (_, kept?: string) => kept ?? " ",
  );
}

function withoutCommas(text: string): string {
  return text.replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, (_, kept?: string) => kept ?? "");
}

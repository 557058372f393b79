import { Buffer } from "node:buffer";
import type { AuthFile } from "../../rig/backend/token.ts";

/** One way in which an auth file may look, and what comes of it. */
export interface AuthVariant {
  readonly name: string;
  /** The file, made of a good login. */
  make(good: AuthFile): Uint8Array;
  /** What is said of it; undefined = it is handed out. */
  readonly problem: string | undefined;
  /**
   * What `codex login status` says where that is not the same: offline it takes files that it can then do nothing with,
   * and refuses logins that it must ask the real service about.
   */
  readonly offline?: "takes" | "refuses";
  readonly file?: string;
}

type Fields = Record<string, unknown>;

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const base64 = (value: string | Uint8Array) => Buffer.from(value as string).toString("base64url");
const jwtOf = (payload: string) => `${base64('{"alg":"none"}')}.${payload}.${base64("sig")}`;
const jwt = (claims: unknown) => jwtOf(base64(JSON.stringify(claims)));
const utf16 = (text: string, isBig = false) => {
  const bytes = Buffer.from(text, "utf16le");
  return isBig ? bytes.swap16() : bytes;
};
const without = (record: object, key: string) =>
  Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));

const takes = (name: string, make: AuthVariant["make"]): AuthVariant => ({ name, make, problem: undefined });
const refuses = (name: string, problem: string, make: AuthVariant["make"]): AuthVariant => ({
  name,
  make,
  problem,
});
const fields = (changed: Fields) => (good: AuthFile) => json({ ...good, ...changed });
const tokens = (changed: Fields) => (good: AuthFile) =>
  json({ ...good, tokens: { ...good.tokens, ...changed } });
const text = (make: (text: string) => string) => (good: AuthFile) =>
  Buffer.from(make(JSON.stringify(good, null, 2)));
const refreshed = (value: unknown) => fields({ last_refresh: value });
const claims = (value: unknown) => tokens({ id_token: jwt(value) });

const NO_JWT = "its id_token is no JWT";
const ODD_CLAIMS = "its id_token does not say what Codex reads in it";
const NO_ZONE = "its last_refresh has no time zone";
const NO_TIME = "its last_refresh is no time that Codex can read";
const UTF16 = "it is UTF-16, and Codex reads UTF-8 only";
const COMMENTS = "it is no JSON: it has comments (JSONC)";
const TWO = "it is no JSON: it holds more than one JSON object";
const BEHIND = "it is no JSON: there is text behind it";
const NUL = "it is no JSON: it holds NUL bytes";
const CONTROL = "it is no JSON: a text in it holds a control character";
const AUTH = "https://api.openai.com/auth";

/** What the real Codex was asked about, and what it said. */
export const AUTH_VARIANTS: readonly AuthVariant[] = [
  takes("a login", json),
  // The account
  takes("no account_id", (good) => json({ ...good, tokens: without(good.tokens, "account_id") })),
  takes("account_id null", tokens({ account_id: null })),
  takes("an empty account_id", tokens({ account_id: "" })),
  refuses("a number for account_id", "its account_id is a number, no text", tokens({ account_id: 5 })),
  // The API key
  takes("an API key beside tokens", fields({ OPENAI_API_KEY: "sk-1" })),
  takes("no OPENAI_API_KEY", (good) => json(without(good, "OPENAI_API_KEY"))),
  refuses("a number for a key", "its OPENAI_API_KEY is a number, no text", fields({ OPENAI_API_KEY: 5 })),
  takes("a key alone", () => json({ OPENAI_API_KEY: "sk-1" })),
  takes("a key and its mode", () => json({ auth_mode: "apikey", OPENAI_API_KEY: "sk-1" })),
  takes("a key's mode beside tokens", fields({ auth_mode: "apikey", OPENAI_API_KEY: "sk-1" })),
  takes(
    "a key and tokens without a mode",
    (good) => json({ ...without(good, "auth_mode"), OPENAI_API_KEY: "sk-1" }),
  ),
  refuses("a key's mode without a key", "it has no OPENAI_API_KEY", fields({ auth_mode: "apikey" })),
  {
    ...refuses("an empty key", "its OPENAI_API_KEY is empty", () => json({ OPENAI_API_KEY: "" })),
    offline: "takes",
  },
  {
    ...refuses("a blank key", "its OPENAI_API_KEY is empty", () => json({ OPENAI_API_KEY: " " })),
    offline: "takes",
  },
  {
    ...refuses(
      "a key in small letters",
      "it has no OPENAI_API_KEY, but openai_api_key",
      () => json({ openai_api_key: "sk-2" }),
    ),
    offline: "takes",
  },
  // The tokens
  takes("no JWT for an access token", tokens({ access_token: "opaque" })),
  takes("an empty access token, which it renews", tokens({ access_token: "" })),
  takes("an empty refresh token", tokens({ refresh_token: "" })),
  {
    ...refuses("both empty", "its tokens are empty", tokens({ access_token: "", refresh_token: " " })),
    offline: "takes",
  },
  refuses(
    "no refresh token",
    "it has no refresh_token",
    (good) => json({ ...good, tokens: without(good.tokens, "refresh_token") }),
  ),
  refuses("refresh token null", "it has no refresh_token", tokens({ refresh_token: null })),
  refuses(
    "no access token",
    "it has no access_token",
    (good) => json({ ...good, tokens: without(good.tokens, "access_token") }),
  ),
  refuses(
    "a number for an access token",
    "its access_token is a number, no text",
    tokens({ access_token: 7 }),
  ),
  refuses(
    "no id token",
    "it has no id_token",
    (good) => json({ ...good, tokens: without(good.tokens, "id_token") }),
  ),
  refuses(
    "camelCase",
    "it has no id_token, but idToken",
    (good) =>
      json({ ...good, tokens: { idToken: good.tokens.id_token, accessToken: "a", refreshToken: "r" } }),
  ),
  {
    ...refuses("Tokens", "it has no tokens, but Tokens", (good) => json({ Tokens: good.tokens })),
    offline: "takes",
  },
  refuses("tokens {}", "its tokens are empty", fields({ tokens: {} })),
  refuses("tokens []", "its tokens are a list, no object", fields({ tokens: [] })),
  refuses(
    "tokens in a list",
    "its tokens are a list, no object",
    (good) => json({ ...good, tokens: [good.tokens] }),
  ),
  refuses(
    "tokens as text",
    "its tokens are a text, no object",
    (good) => json({ ...good, tokens: JSON.stringify(good.tokens) }),
  ),
  { ...refuses("tokens null", "it holds no login", fields({ tokens: null })), offline: "takes" },
  refuses(
    "an odd oauth_provenance",
    "its oauth_provenance is not as Codex writes it",
    tokens({ oauth_provenance: "x" }),
  ),
  refuses(
    "a number for login_owner_id",
    "its login_owner_id is a number, no text",
    tokens({ login_owner_id: 5 }),
  ),
  takes("more than we know", fields({ note: "my account", more: { tokens: [1] } })),
  // The id token
  refuses("an empty id token", "its id_token is empty", tokens({ id_token: "" })),
  refuses("an id token of one part", NO_JWT, tokens({ id_token: "abc" })),
  refuses("of two", NO_JWT, tokens({ id_token: "e30.e30" })),
  refuses("without a signature", NO_JWT, tokens({ id_token: "e30.e30." })),
  takes("of six", tokens({ id_token: `${jwt({})}.x.y.z` })),
  takes("with an odd head", tokens({ id_token: "!!.e30.!!" })),
  refuses("whose payload is no JSON", NO_JWT, tokens({ id_token: jwtOf(base64("hello")) })),
  refuses("whose payload is no base64", NO_JWT, tokens({ id_token: jwtOf("e30*") })),
  refuses("whose payload is padded", NO_JWT, tokens({ id_token: jwtOf("e30=") })),
  refuses("whose payload has loose bits", NO_JWT, tokens({ id_token: jwtOf("e31") })),
  refuses("whose payload is null", NO_JWT, claims(null)),
  takes("whose payload is a list", claims([])),
  takes("that says nothing", claims({})),
  takes("of 40,000 letters", claims({ x: "y".repeat(40_000) })),
  takes("with a plan of tomorrow", claims({ [AUTH]: { chatgpt_plan_type: "galaxy" } })),
  refuses("with a number for an e-mail", ODD_CLAIMS, claims({ email: 5 })),
  refuses("with a number for a user", ODD_CLAIMS, claims({ [AUTH]: { chatgpt_user_id: 3 } })),
  refuses("with a text for the claims", ODD_CLAIMS, claims({ [AUTH]: "x" })),
  refuses(
    "that names its e-mail twice",
    ODD_CLAIMS,
    tokens({ id_token: jwtOf(base64('{"email":"a","email":"b"}')) }),
  ),
  // The time of the last refresh
  takes("no last_refresh", (good) => json(without(good, "last_refresh"))),
  takes("last_refresh null", refreshed(null)),
  ...[
    "2026-11-20T19:00:50+08:00",
    "2026-11-20T19:00:50+0800",
    "2026-11-20 11:00:50Z",
    "2026-11-20t11:00:50z",
    "2026-11-20T11:00:50 UTC",
    "2026-1-2T1:0:5Z",
    "2026-11-20T11:59:60Z",
    " 2026-11-20T11:00:50.123456789123Z ",
    "2024-02-29T11:00:50-00:00",
    "2026-11-20T11:00:50\u221208:00",
    "2026 - 11 - 20T11 : 00 : 50 +08 : 00",
    "+262142-11-20T11:00:50Z",
    "1999-11-20T11:00:50Z",
  ].map((time) => takes(time, refreshed(time))),
  ...["2026-11-20T11:00:50.28", "2026-11-20 11:00:50", "2026-11-20T11:00:50"]
    .map((time) => refuses(time, NO_ZONE, refreshed(time))),
  ...[
    "",
    "2026-11-20 11:00",
    "2026-11-20",
    "2026-11-20T11:00Z",
    "2026-11-20_11:00:50Z",
    "2026-11-20T11:00:50+08",
    "2026-02-30T11:00:50Z",
    "2026-11-20T24:00:00Z",
    "2026-11-20T11:59:61Z",
    "2026-11-20T11:00:50,5Z",
    "2026-11-20T11:00:50+24:00",
    "Fri, 20 Nov 2026 11:00:50 GMT",
    "+262143-11-20T11:00:50Z",
    "\ufeff2026-11-20T11:00:50Z",
  ]
    .map((time) => refuses(`last_refresh "${time}"`, NO_TIME, refreshed(time))),
  refuses("a number for a time", "its last_refresh is a number, no time", refreshed(1_796_000_000)),
  // The mode
  takes("no mode", (good) => json(without(good, "auth_mode"))),
  takes("tokens from outside", fields({ auth_mode: "chatgptAuthTokens" })),
  takes("a mode as Rust may write it", fields({ auth_mode: { chatgpt: null } })),
  refuses("an unknown mode", 'its auth_mode "foo" is unknown to Codex', fields({ auth_mode: "foo" })),
  refuses(
    "a mode in capitals",
    'its auth_mode "ChatGPT" is unknown to Codex',
    fields({ auth_mode: "ChatGPT" }),
  ),
  refuses("an empty mode", "its auth_mode is unknown to Codex", fields({ auth_mode: "" })),
  refuses("a number for a mode", "its auth_mode is a number, no text", fields({ auth_mode: 1 })),
  // Other kinds of logins
  ...[{}, { auth_mode: "personalAccessToken" }].map((mode): AuthVariant => ({
    ...takes(
      `a personal access token ${JSON.stringify(mode)}`,
      () => json({ ...mode, personal_access_token: "at-made-up" }),
    ),
    offline: "refuses",
  })),
  refuses("an empty one", "its personal_access_token is empty", () => json({ personal_access_token: "" })),
  refuses(
    "a number for one",
    "its personal_access_token is a number, no text",
    fields({ personal_access_token: 5 }),
  ),
  {
    ...takes(
      "an agent identity",
      () => json({ auth_mode: "agentIdentity", agent_identity: jwt({ exp: 2e9 }) }),
    ),
    offline: "refuses",
  },
  refuses("none", "it has no agent_identity", fields({ auth_mode: "agentIdentity" })),
  {
    ...refuses(
      "one without its mode",
      'its agent_identity counts only with the auth_mode "agentIdentity"',
      () => json({ agent_identity: jwt({ exp: 2e9 }) }),
    ),
    offline: "takes",
  },
  refuses("an odd one", "its agent_identity is not as Codex writes it", fields({ agent_identity: [] })),
  takes(
    "a key of Bedrock",
    () => json({ auth_mode: "bedrockApiKey", bedrock_api_key: { api_key: "k", region: "us-east-1" } }),
  ),
  refuses(
    "an odd one of Bedrock",
    "its bedrock_api_key is not as Codex writes it",
    fields({ bedrock_api_key: "k" }),
  ),
  // Encodings
  refuses("a byte order mark", "it starts with a byte order mark (BOM)", text((whole) => `\ufeff${whole}`)),
  refuses("UTF-16", UTF16, (good) => utf16(`\ufeff${JSON.stringify(good)}`)),
  refuses("UTF-16, big end first", UTF16, (good) => utf16(`\ufeff${JSON.stringify(good)}`, true)),
  refuses("UTF-16 without a mark", UTF16, (good) => utf16(JSON.stringify(good))),
  refuses(
    "Latin-1",
    "it is not valid UTF-8",
    (good) => Buffer.from(JSON.stringify({ note: "\u00fc", ...good }), "latin1"),
  ),
  takes("line ends of Windows", text((whole) => whole.replaceAll("\n", "\r\n"))),
  takes("blank lines around", text((whole) => `\n\n${whole}\r\n\n`)),
  // No JSON
  refuses("nothing", "it is empty", () => Buffer.from("")),
  refuses("blanks", "it is empty", () => Buffer.from(" \n")),
  refuses("comments", COMMENTS, text((whole) => `// my account\n${whole}`)),
  refuses("a comment inside", COMMENTS, text((whole) => whole.replace('"tokens"', '/* mine */ "tokens"'))),
  refuses("a comment of a shell", COMMENTS, text((whole) => `# mine\n${whole}`)),
  refuses(
    "a comma too many",
    "it is no JSON: it has a comma too many",
    text((whole) => whole.replace(/}$/, ",}")),
  ),
  refuses("two objects", TWO, text((whole) => `${whole}\n${whole}`)),
  refuses("text behind", BEHIND, text((whole) => `${whole}\nhello`)),
  refuses("a form feed behind", BEHIND, text((whole) => `${whole}\f`)),
  refuses(
    "single quotes",
    "it is no JSON: its quotes are single ones",
    text((whole) => whole.replaceAll('"', "'")),
  ),
  refuses(
    "typographic quotes",
    "it is no JSON: its quotes are typographic ones",
    text((whole) => whole.replaceAll('"', "\u201d")),
  ),
  refuses("a file cut off", "it is no JSON: it is cut off", text((whole) => whole.slice(0, 300))),
  refuses("NUL bytes behind", NUL, text((whole) => `${whole}${"\0".repeat(2000)}`)),
  refuses("NUL bytes alone", "it holds nothing but NUL bytes", () => Buffer.alloc(512)),
  refuses("a line break in a text", CONTROL, text((whole) => whole.replace('"chatgpt"', '"chat\ngpt"'))),
  refuses(
    "a bare token",
    "it is no JSON: it is a bare token",
    (good) => Buffer.from(`${good.tokens.access_token}\n`),
  ),
  refuses("settings", "it is no JSON: it holds settings", () => Buffer.from("OPENAI_API_KEY=sk-1\n")),
  refuses("YAML", "it is no JSON: it holds settings", () => Buffer.from("openai-api-key: sk-1\nmodel: x\n")),
  refuses("a netrc", "it is no JSON: it holds settings", () => Buffer.from("machine a.example login x\n")),
  refuses("a page", "it is no JSON: it is a page (HTML), or XML", () => Buffer.from("<html></html>")),
  refuses(
    "base64",
    "it is no JSON: it is encoded (base64)",
    (good) => Buffer.from(Buffer.from(JSON.stringify(good)).toString("base64")),
  ),
  refuses(
    "gzip",
    "it is compressed (gzip), and Codex reads plain JSON only",
    () => Buffer.from([0x1f, 0x8b, 8, 0]),
  ),
  refuses("NaN", "it is no JSON", text((whole) => whole.replace(/}$/, ',"n":NaN}'))),
  takes("a control character by its number", fields({ note: "a\0b" })),
  takes(
    "nested 200 deep",
    text((whole) => whole.replace(/}$/, `,"n":${"[".repeat(200)}${"]".repeat(200)}}`)),
  ),
  takes("2 MB", fields({ note: "y".repeat(2_000_000) })),
  takes("half a character where nobody reads", text((whole) => whole.replace(/}$/, ',"n":"\\ud800"}'))),
  refuses(
    "half a character in the account",
    "its account_id holds half a character",
    tokens({ account_id: "\ud800" }),
  ),
  refuses("half a character in a name", "one of its names holds half a character", fields({ "\ud800": 1 })),
  refuses(
    "a mode twice",
    "it names auth_mode twice",
    text((whole) => whole.replace(/}$/, ',"auth_\\u006dode":"chatgpt"}')),
  ),
  refuses(
    "a token twice",
    "it names tokens.refresh_token twice",
    text((whole) => whole.replace('"refresh_token"', '"refresh_token": "x", "refresh_token"')),
  ),
  takes("anything else twice", text((whole) => whole.replace(/}$/, ',"n":1,"n":{"tokens":1,"tokens":2}}'))),
  // Other things
  refuses("a number", "it holds no login", () => Buffer.from("5")),
  { ...refuses("{}", "it holds no login", () => Buffer.from("{}")), offline: "takes" },
  refuses("[]", "it is a list, no object", () => Buffer.from("[]")),
  takes("a record as a list", (good) => json(["chatgpt", null, good.tokens, good.last_refresh])),
  refuses("two logins in a list", foreign("a list of accounts"), (good) => json([good, good])),
  ...([
    ["the session of the ChatGPT page (session.json)", { user: {}, accessToken: "x", expires: "2026-12-31" }],
    ["the auth file of Hermes", {
      version: 1,
      active_provider: "openai-codex",
      providers: { "openai-codex": {} },
    }],
    ["the auth profiles of OpenClaw", {
      version: 1,
      profiles: { "openai-codex:default": { provider: "openai-codex" } },
    }],
    ["a login of Claude Code", { claudeAiOauth: { accessToken: "x" } }],
    ["an API key under another name than OPENAI_API_KEY", { openai: "sk-1", anthropic: "sk-2" }],
    ["a login of Qwen Code", { access_token: "x", resource_url: "portal.qwen.ai", expiry_date: 1 }],
    ["a service account of Google", { type: "service_account", private_key: "x" }],
    ["a login of GitHub Copilot", { "github.com": { user: "me", oauth_token: "x" } }],
    ["a login of Gemini CLI", { access_token: "x", refresh_token: "y", expiry_date: 1 }],
    ["an auth file of CLIProxyAPI", {
      type: "codex",
      access_token: "x",
      refresh_token: "y",
      expired: "2026",
    }],
    ["the auth file of OpenCode", { openai: { type: "oauth", refresh: "x", access: "y", expires: 1 } }],
    ["a list of accounts", { accounts: [{ name: "a" }] }],
    ["a bare set of tokens", { access_token: "x", refresh_token: "y", id_token: "z" }],
    ["an export with camelCase names", { accessToken: "x", refreshToken: "y" }],
  ] as const).map(([format, file]): AuthVariant => ({
    ...refuses(format, foreign(format), () => json(file)),
    offline: "takes",
  })),
  {
    ...refuses(
      "a login under a key",
      foreign("a login of Codex under the key work.auth"),
      (good) => json({ work: { auth: good } }),
    ),
    offline: "takes",
  },
  refuses(
    "cookies",
    foreign("the cookies of a browser"),
    () => json([{ domain: ".chatgpt.com", name: "x", value: "y" }]),
  ),
  {
    ...refuses(
      "settings of Codex",
      "it is no JSON: it holds settings: it is the settings of a Codex home",
      () => Buffer.from('model = "x"\n'),
    ),
    file: "config.toml",
  },
  {
    ...refuses("a history", foreign("the history of a Codex home"), () => Buffer.from("{}\n")),
    file: "history.jsonl",
    offline: "takes",
  },
];

function foreign(format: string): string {
  return `it is ${format}, no auth file of Codex`;
}

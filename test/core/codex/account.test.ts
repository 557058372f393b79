import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAccount } from "../../../lib/core/codex/account.ts";

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const jwt = (payload: unknown) => `${part({ alg: "none" })}.${part(payload)}.sig`;
const NOBODY = {
  user: undefined,
  workspace: undefined,
  email: undefined,
  plan: undefined,
  tokenExpiresAt: undefined,
};
const CLAIMS = {
  email: "me@example.test",
  "https://api.openai.com/auth": {
    chatgpt_user_id: "user-1",
    chatgpt_account_id: "acct-1",
    chatgpt_plan_type: "pro",
  },
};
const tokens = {
  id_token: jwt(CLAIMS),
  access_token: jwt({ exp: 1795180000 }),
  refresh_token: "rt",
  account_id: "acct-2",
};
const withTokens = (changed: object) =>
  parseAccount(JSON.stringify({ auth_mode: "chatgpt", tokens: { ...tokens, ...changed } }));

describe("an auth.json", () => {
  it("of a ChatGPT login tells user, workspace, email, plan and the access token's end", () => {
    expect(withTokens({})).toEqual({
      kind: "chatgpt",
      user: "user-1",
      workspace: "acct-2",
      email: "me@example.test",
      plan: "pro",
      tokenExpiresAt: 1795180000,
    });
    expect(withTokens({ account_id: undefined }).workspace).toBe("acct-1");
    expect(parseAccount(JSON.stringify({ tokens })).kind).toBe("chatgpt");
  });

  it("of an API key is that, also beside tokens unless the mode says ChatGPT", () => {
    const key = { OPENAI_API_KEY: "sk-1" };
    expect(parseAccount(JSON.stringify({ auth_mode: "apikey", ...key }))).toEqual({
      kind: "apikey",
      ...NOBODY,
    });
    expect(parseAccount(JSON.stringify(key)).kind).toBe("apikey");
    expect(parseAccount(JSON.stringify({ ...key, tokens })).kind).toBe("apikey");
    expect(parseAccount(JSON.stringify({ auth_mode: "chatgpt", ...key, tokens })).kind).toBe("chatgpt");
  });

  it.each([
    { personal_access_token: "at-1" },
    { OPENAI_API_KEY: null, personal_access_token: "at-1" },
    { OPENAI_API_KEY: "sk-1", personal_access_token: "at-1" },
    { auth_mode: "personalAccessToken", personal_access_token: "at-1" },
    { auth_mode: "agentIdentity", agent_identity: { agent_runtime_id: "r", agent_private_key: "k" } },
  ])("of an access token or an agent is a login: %o", (file) => {
    expect(parseAccount(JSON.stringify(file))).toEqual({ kind: "token", ...NOBODY });
  });

  it.each([
    [{ auth_mode: "personalAccessToken" }, "none"],
    [{ personal_access_token: "" }, "none"],
    [{ auth_mode: "apikey", OPENAI_API_KEY: "sk-1", personal_access_token: "at-1" }, "apikey"],
    [{ auth_mode: "chatgpt", personal_access_token: "at-1", tokens }, "chatgpt"],
    [{ bedrock_api_key: { api_key: "k", region: "r" }, auth_mode: "bedrockApiKey" }, "apikey"],
  ])("is taken by its mode: %o", (file, kind) => {
    expect(parseAccount(JSON.stringify(file)).kind).toBe(kind);
  });

  it.each([
    undefined,
    "{}",
    '{"OPENAI_API_KEY":null,"tokens":null}',
    '{"OPENAI_API_KEY":""}',
    '{"auth_mode":"apikey"}',
    '{"auth_mode":"chatgpt","OPENAI_API_KEY":"sk-1"}',
  ])("holds no login: %s", (text) => expect(parseAccount(text)).toEqual({ kind: "none", ...NOBODY }));

  it.each([
    "",
    "{",
    "[]",
    "null",
    '"x"',
    '{"tokens":7}',
    '{"tokens":[]}',
    '{"tokens":{}}',
    '{"tokens":{"id_token":"opaque"}}',
    '{"tokens":{"id_token":"a.!!.c"}}',
    '{"tokens":{"id_token":"a.e30x.c"}}',
    `{"tokens":{"id_token":"a.${part([1])}.c"}}`,
    `{"tokens":{"id_token":"${jwt({ big: "x".repeat(13_000) })}"}}`,
    `{"tokens":{"id_token":"${jwt({})}.d.e.f"}}`,
    `{"x":"${"x".repeat(1_000_001)}"}`,
  ])("can't be read: %.40s", (text) => expect(parseAccount(text)).toEqual({ kind: "unreadable", ...NOBODY }));

  it.each<[unknown, number | undefined]>([
    ["opaque", undefined],
    [undefined, undefined],
    [7, undefined],
    [jwt({}), undefined],
    [jwt({ exp: "1795180000" }), undefined],
    [jwt({ exp: -1 }), undefined],
    [jwt({ exp: 1e300 }), undefined],
    [jwt({ exp: 1795180000.9 }), 1795180000],
    [jwt([]), undefined],
  ])(
    "with an access token that doesn't say when it ends is still a login",
    (access_token, tokenExpiresAt) => {
      expect(withTokens({ access_token })).toMatchObject({ kind: "chatgpt", user: "user-1" });
      expect(withTokens({ access_token }).tokenExpiresAt).toBe(tokenExpiresAt);
    },
  );

  it("takes base64 of either alphabet, padded or not", () => {
    const payload = Buffer.from(JSON.stringify({ ...CLAIMS, email: "ü?>~@x" }));
    for (const encoded of [payload.toString("base64"), payload.toString("base64url")]) {
      expect(withTokens({ id_token: `a.${encoded}.c` }).email).toBe("ü?>~@x");
    }
  });

  it.each<[object, string | undefined]>([
    [{ email: "top@x" }, "top@x"],
    // An object's own email comes before what lies deeper, even under a smaller key.
    [{ a: { email: "a@x" }, email: "top@x" }, "top@x"],
    // Keys in byte order, depth first.
    [{ b: { email: "b@x" }, a: { z: { email: "az@x" } } }, "az@x"],
    [{ b: { email: "b@x" }, B: { email: "B@x" } }, "B@x"],
    [{ a: [[], [{ email: "list@x" }]] }, "list@x"],
    // What is no address is passed over.
    [{ email: "none", a: { email: 7, b: { email: "deep@x" } } }, "deep@x"],
    // Without one, the id token's.
    [{}, "me@example.test"],
    [{ email: "none" }, "me@example.test"],
  ])("has the first email of %j", (extra, email) => {
    expect(parseAccount(JSON.stringify({ ...extra, tokens })).email).toBe(email);
  });

  it("of any depth ends the search", () => {
    const deep = `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`;
    expect(parseAccount(`{"x":${deep},"tokens":${JSON.stringify(tokens)}}`).email).toBe("me@example.test");
  });

  it("never gives a token away, and never throws", () => {
    const token = fc.oneof(
      fc.stringMatching(/^[\w-]{8,20}$/),
      fc.record({ exp: fc.nat(), email: fc.string() }).map(jwt),
    );
    const login = fc.record({
      auth_mode: fc.option(fc.constantFrom("chatgpt", "apikey", "x"), { nil: undefined }),
      OPENAI_API_KEY: fc.option(token, { nil: null }),
      tokens: fc.record({
        id_token: token,
        access_token: token,
        refresh_token: token,
        account_id: fc.constant("acct"),
      }),
    });
    fc.assert(
      fc.property(login, (login) => {
        const shown = JSON.stringify(parseAccount(JSON.stringify(login)));
        const { id_token, access_token, refresh_token } = login.tokens;
        for (const secret of [id_token, access_token, refresh_token, login.OPENAI_API_KEY]) {
          if (secret !== null) expect(shown).not.toContain(secret);
        }
      }),
      { seed: 1, numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.json(), fc.string(), (json, text) => {
        parseAccount(json);
        parseAccount(text);
        parseAccount(`{"tokens":${json}}`);
        parseAccount(`{"tokens":{"id_token":${JSON.stringify(`a.${text}.c`)}}}`);
      }),
      { seed: 2, numRuns: 500 },
    );
  });
});

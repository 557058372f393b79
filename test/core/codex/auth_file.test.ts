import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ORDINARY } from "../../../rig/backend/account.ts";
import { authFileText, mintTokens } from "../../../rig/backend/token.ts";
import { loginIn } from "../../../lib/core/codex/auth_file.ts";
import { AUTH_VARIANTS } from "../../verdicts/auth_files.ts";

const GOOD = JSON.parse(authFileText(mintTokens("a", ORDINARY, 864_000, "f"), "a", "http://127.0.0.1:9"));

describe("an auth file", () => {
  test.each(AUTH_VARIANTS)("$name: $problem", ({ make, problem, file }) => {
    expect(loginIn(make(GOOD), file).problem).toBe(problem);
  });

  test("that Codex takes tells its account, whatever else it holds", () => {
    const { account } = loginIn(Buffer.from(JSON.stringify({ ...GOOD, note: { deep: [1] } })));
    expect(account).toMatchObject({ kind: "chatgpt", user: "user-a", workspace: "a" });
  });
});

test("no problem ever holds a value out of the file, and no bytes make it throw", () => {
  const secret = "sEcReT-0";
  const value = fc.oneof(
    fc.constantFrom(null, 5, true, secret, [], {}, [secret], { id_token: secret }, `${secret} ${secret}`),
    fc.jsonValue(),
  );
  const record = fc.record({
    auth_mode: fc.oneof(value, fc.constantFrom("apikey", "chatgpt")),
    OPENAI_API_KEY: value,
    tokens: fc.oneof(value, fc.record({ id_token: value, access_token: value, refresh_token: value })),
    last_refresh: value,
    personal_access_token: value,
    agent_identity: value,
  }, { requiredKeys: [] });
  fc.assert(fc.property(fc.oneof(record, value), fc.integer({ min: 0, max: 400 }), (file, cut) => {
    const text = JSON.stringify(file);
    for (const each of [text, text.slice(0, cut), `\ufeff${text}`, `${text}${text}`]) {
      expect(loginIn(Buffer.from(each)).problem ?? "").not.toContain(secret);
    }
  }));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
    expect(loginIn(bytes).problem).toBeTypeOf("string");
  }));
});

test.each([
  ["blanks", " "],
  ["empty lines", "\n"],
  ["line ends", "\r\n "],
  ["comments without an end", "/*"],
  ["quotes without an end", '"\\'],
  ["commas", ", "],
])("a megabyte of %s is judged as fast as it is read", (_, part) => {
  const much = part.repeat(1_000_000 / part.length);
  // What takes time by the square of this length would take days.
  for (const text of [`{${much}`, `{${much}"a": 1,}`, `a${much}!`, much]) {
    expect(loginIn(Buffer.from(text)).problem).toMatch(/^it is /);
  }
});

test("a comment that does not end is one", () => {
  expect(loginIn(Buffer.from('{"a": 1} /* b')).problem).toBe(
    "it is no JSON: it has comments (JSONC)",
  );
});

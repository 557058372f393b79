import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ORDINARY } from "../../../rig/backend/account.ts";
import { authFileText, mintTokens } from "../../../rig/backend/token.ts";
import { parseHolder } from "../../../lib/core/codex/account.ts";
import { loginIn } from "../../../lib/core/codex/auth_file.ts";
import { ordinaryLogin } from "../../../lib/core/codex/ordinary_login.ts";
import { AUTH_VARIANTS } from "../../verdicts/auth_files.ts";

const TEXT = authFileText(mintTokens("a", ORDINARY, 864_000, "f"), "a", "http://127.0.0.1:9");
const GOOD = JSON.parse(TEXT);

/** Fails when the quick look takes a file that the full rules refuse, or reads another account in it. */
function agree(bytes: Uint8Array, file?: string): void {
  const holder = ordinaryLogin(bytes);
  if (holder === undefined) return;
  const { problem } = loginIn(bytes, file);
  expect({ problem, holder }).toEqual({
    problem: undefined,
    holder: parseHolder(Buffer.from(bytes).toString()),
  });
}

test("a login as Codex writes it is ordinary, and its holder is read", () => {
  expect(ordinaryLogin(Buffer.from(TEXT))).toMatchObject({ kind: "chatgpt", user: "user-a", workspace: "a" });
});

describe("a quick look takes nothing that the full rules refuse", () => {
  test.each(AUTH_VARIANTS)("$name", ({ make, file }) => agree(make(GOOD), file));

  test("a key twice, in the file or in its id_token", () => {
    const [head, , signature] = GOOD.tokens.id_token.split(".");
    const claims = (text: string) => ({
      ...GOOD,
      tokens: {
        ...GOOD.tokens,
        id_token: [head, Buffer.from(text).toString("base64url"), signature].join("."),
      },
    });
    const rest = '"https://api.openai.com/auth":{},"https://api.openai.com/profile":{}';
    const files = [
      TEXT.replace("{", '{"tokens":{},'),
      TEXT.replace("{", '{"last_refresh":null,'),
      JSON.stringify(claims(`{"email":"a","email":"b",${rest}}`)),
      JSON.stringify(claims(`{${rest},${rest}}`)),
      JSON.stringify(claims(`{"email":"\u00ff",${rest}}`)),
    ];
    for (const file of files) {
      expect(ordinaryLogin(Buffer.from(file))).toBeUndefined();
      agree(Buffer.from(file));
    }
    expect(ordinaryLogin(Buffer.from(JSON.stringify(claims(`{"email":"a@b.example",${rest}}`)))))
      .toMatchObject({
        email: "a@b.example",
      });
  });

  test("whatever stands in its fields, and however the text is cut", () => {
    const value = fc.oneof(
      fc.constantFrom(null, 5, true, "", " ", "a.b.c", [], {}, "\ud800", "\\"),
      fc.jsonValue(),
    );
    const changes = fc.dictionary(
      fc.constantFrom("auth_mode", "OPENAI_API_KEY", "last_refresh", "agent_identity", "extra"),
      value,
      { maxKeys: 2 },
    );
    const tokens = fc.dictionary(
      fc.constantFrom("id_token", "access_token", "refresh_token", "account_id", "oauth_provenance", "extra"),
      value,
      { maxKeys: 2 },
    );
    fc.assert(fc.property(changes, tokens, fc.nat({ max: 3000 }), (top, inner, cut) => {
      const text = JSON.stringify({ ...GOOD, ...top, tokens: { ...GOOD.tokens, ...inner } });
      for (const each of [text, text.slice(0, cut), `\ufeff${text}`, `${text}${text}`, text.slice(cut)]) {
        agree(Buffer.from(each));
      }
    }));
  });
});

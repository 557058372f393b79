import { describe, expect, it } from "vitest";
import { withoutColours, withoutSecrets } from "../../../lib/core/text/secrets.ts";

const JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyIn0.c2lnbmF0dXJl";

describe("a text that is shown or kept", () => {
  it.each([
    [`refused ${JWT} at login`, "refused [cut] at login"],
    [`Authorization: Bearer ${JWT}`, "Authorization: [cut]"],
    ["Bearer abc is bad", "Bearer [cut] is bad"],
    ["key sk-proj-madeup0123 is bad", "key [cut] is bad"],
    ['{"refresh_token":"short","x":1}', '{"refresh_token":"[cut]","x":1}'],
    ["token=abc, next", "token=[cut], next"],
    ["no login for someone@example.test here", "no login for [cut] here"],
    ["GET https://user:pass@host/x?code=abc&y=2", "GET https://[cut]@host/x?code=[cut]&y=[cut]"],
    ["rt_madeup0123456789 was used", "[cut] was used"],
    ["blob Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA== end", "blob [cut] end"],
    ["blob Zm9v/YmFy/YmF6+cXV4/MTIzNDU2 end", "blob [cut] end"],
    ["hash 0123456789abcdef0123456789abcdef end", "hash [cut] end"],
  ])("holds no secret: %s", (text, shown) => expect(withoutSecrets(text)).toBe(shown));

  it.each([
    "mise ERROR No version is set for shim: codex",
    `CODEX_HOME points to "/home/somebody/.agentlb/sessions/work-and-more", but that path does not exist`,
    "/tmp/x/node_modules/@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex: not found",
    "thread 01a1f88b-9c20-7fc2-8354-0a837e795b6d panicked at core/src/lib.rs:12:5",
    "exit code: 1",
    "error sending request for url (http://127.0.0.1:8787/backend-api/wham/usage)",
  ])("keeps its words: %s", (text) => expect(withoutSecrets(text)).toBe(text));

  it("has no colours", () => {
    expect(withoutColours("\u001b[2m2026\u001b[0m \u001b[31mERROR\u001b[0m x")).toBe("2026 ERROR x");
  });
});

it("a long text takes time in proportion to its length", () => {
  const text = "a.".repeat(500_000);
  expect(withoutSecrets(`${text} a.b+c@example.test`)).toBe(`${text} [cut]`);
});

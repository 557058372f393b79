import { describe, expect, it } from "vitest";
import { noAnswerIn, reasonOf } from "../../../lib/core/codex/reasons.ts";

const failed = (what: string) =>
  `failed to fetch codex rate limits: GET http://127.0.0.1:8787/backend-api/wham/usage failed: ${what}`;

describe("the reason behind an error answer (codex 0.169)", () => {
  it.each([
    [-32603, failed(`401 Unauthorized; content-type=application/json; body={"error":{}}`), "token refused"],
    ...[400, 403, 404, 429, 500, 503].map((status): [number, string, string] => [
      -32603,
      failed(`${status} Whatever; content-type=text/html; body=<html>failed: 401 </html>`),
      `usage service answers ${status}`,
    ]),
    [
      -32603,
      "failed to fetch codex rate limits: Decode error for http://127.0.0.1:8787/backend-api/wham/usage: EOF while parsing a value at line 1 column 54; content-type=application/json; body=",
      "answer not understood",
    ],
    [
      -32603,
      "failed to fetch codex rate limits: Decode error for http://x/: expected i32",
      "answer not understood",
    ],
    [
      -32603,
      "failed to fetch codex rate limits: error sending request for url (http://127.0.0.1:8787/backend-api/wham/usage)",
      "no network",
    ],
    [-32603, "application network policy is unavailable", "no network"],
    [-32600, "codex account authentication required to read rate limits", "login required"],
    [-32600, "chatgpt authentication required to read rate limits", "API key: no limits"],
    [-32600, "Not initialized", "answer not understood"],
    [-32603, "something else", "answer not understood"],
    [0, "", "answer not understood"],
  ])("%i %s → %s", (code, message, reason) => {
    expect(reasonOf({ code, message })).toBe(reason);
  });

  it("names the time limit when nothing came", () => {
    expect(noAnswerIn(10)).toBe("no answer in 10 s");
  });
});

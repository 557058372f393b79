import { describe, expect, it } from "vitest";
import {
  faultOf,
  noAnswerIn,
  PROBE_RESULTS,
  type ProbeResult,
  probeResultIn,
  probeText,
} from "../../../lib/core/codex/reasons.ts";

const failed = (what: string) =>
  `failed to fetch codex rate limits: GET http://127.0.0.1:8787/backend-api/wham/usage failed: ${what}`;

describe("the reason behind an error answer", () => {
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
    [
      -32603,
      "failed to fetch codex rate limits: application network policy is unavailable",
      "workspace policies failed to load",
    ],
    [-32603, "Workspace policies failed to load", "workspace policies failed to load"],
    [-32600, "codex account authentication required to read rate limits", "login required"],
    [-32600, "chatgpt authentication required to read rate limits", "API key: no limits"],
    [-32600, "Not initialized", "answer not understood"],
    [-32603, "something else", "answer not understood"],
    [0, "", "answer not understood"],
  ])("%i %s → %s", (code, message, reason) => {
    expect(probeText(faultOf({ code, message }))).toBe(reason);
  });

  it.each(Object.keys(PROBE_RESULTS) as (keyof typeof PROBE_RESULTS)[])(
    "is read back from its text: %s",
    (kind) => {
      const n = { serviceAnswers: 503, noAnswer: 12 }[kind as string];
      const result = (n === undefined ? { kind } : { kind, n }) as ProbeResult;
      expect(probeResultIn(probeText(result))).toEqual(result);
    },
  );

  it.each(
    [
      "ended",
      "otherHome",
    ] as const,
  )("with details is read back from its text, with them: %s", (kind) => {
    const result = { kind, detail: "exit 1: a: b (/bin/codex)" };
    expect(probeText(result)).toBe(`${PROBE_RESULTS[kind].words}: exit 1: a: b (/bin/codex)`);
    expect(probeResultIn(probeText(result))).toEqual(result);
  });

  it.each([
    "app-server ended without an answer: ",
    "app-server ended without an answer:",
    "app-server ended without an answer exit 1",
    "",
    "error",
    "OK",
    "no answer in s",
    "no answer in 5 s.",
    "usage service answers 5x",
    "no answer",
  ])(
    "is not found in another text: %j",
    (text) => expect(probeResultIn(text)).toBeUndefined(),
  );

  it("names the time limit when nothing came", () => {
    expect(probeText(noAnswerIn(10_000))).toBe("no answer in 10 s");
  });
});

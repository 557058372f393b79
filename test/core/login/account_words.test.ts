import { expect, test } from "vitest";
import { accountPhrase, accountTail, quotedNames } from "../../../lib/core/login/account_words.ts";

const named = { kind: "chatgpt", email: "me@x", plan: "pro" } as const;
const unknown = { kind: "chatgpt", email: undefined, plan: undefined } as const;

test("a login is told by its e-mail and plan, as far as they are known", () => {
  expect([accountTail(named), accountPhrase(named)]).toEqual([" (me@x), plan pro", ": me@x, plan pro"]);
  expect([accountTail(unknown), accountPhrase(unknown)]).toEqual(["", ""]);
  expect(accountTail({ ...named, plan: undefined })).toBe(" (me@x)");
});

test.each(
  [["apikey", "an API key"], ["token", "an access token"], ["unreadable", "it can't be read"]] as const,
)(
  "a login of the kind %s without an e-mail is told by its kind",
  (kind, words) => {
    expect(accountTail({ ...unknown, kind })).toBe(` (${words})`);
    expect(accountPhrase({ ...unknown, kind })).toBe(`: ${words}`);
  },
);

test("several sessions are listed with an and", () => {
  expect([["a"], ["a", "b"], ["a", "b", "c"]].map(quotedNames)).toEqual([
    '"a"',
    '"a" and "b"',
    '"a", "b" and "c"',
  ]);
});

import { expect, test } from "vitest";
import { failedAnswerIn, nameIn, readyAnswerIn, twinAnswerIn } from "../../../lib/core/login/answers.ts";

test("Enter is the harmless answer of every question", () => {
  expect([twinAnswerIn(""), readyAnswerIn(" "), failedAnswerIn("")]).toEqual(["keep", "login", "again"]);
  expect(nameIn(" ", "personal")).toBe("personal");
});

test("s skips, or stops", () => {
  expect([twinAnswerIn("s"), readyAnswerIn("S"), failedAnswerIn("skip")]).toEqual(["stop", "skip", "skip"]);
  expect([nameIn("s", "personal"), nameIn("Skip ", "personal")]).toEqual([undefined, undefined]);
});

test("letters and words are understood in upper and lower case, and nothing else is", () => {
  expect(["k", "KEEP", "l", "Login", "stop"].map(twinAnswerIn)).toEqual([
    "keep",
    "keep",
    "again",
    "again",
    "stop",
  ]);
  expect(["d", "code", "n"].map(readyAnswerIn)).toEqual(["device", "device", "skip"]);
  expect([twinAnswerIn("q"), readyAnswerIn("what"), failedAnswerIn("k")]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test("any other text is the name itself, without blanks around it", () => {
  expect([nameIn(" office ", "work"), nameIn("../x", "work")]).toEqual(["office", "../x"]);
});

import { expect, test } from "vitest";
import { type FoundSession, stepsOf } from "../../../lib/core/login/plan.ts";

const found = (sessions: Readonly<Record<string, boolean>>): FoundSession[] =>
  Object.entries(sessions).map(([alias, isReady]) => ({ alias, isReady }));
/** The steps in short: `login a`, `name work`. */
const steps = (sessions: Readonly<Record<string, boolean>>, names: readonly string[] = []) =>
  stepsOf(found(sessions), names).map((step) =>
    step.do === "login" ? `login ${step.alias}` : `name ${step.proposal}`
  );

test("where nothing is there two names are proposed", () => {
  expect(steps({})).toEqual(["name personal", "name work"]);
});

test.each<[string, Record<string, boolean>, string[]]>([
  ["a session that is logged in", { personal: true }, ["name work"]],
  ["one of another name", { office: true }, ["name personal"]],
  ["two that are logged in", { a: true, b: true }, []],
  ["one without a login", { personal: false }, ["login personal", "name work"]],
  ["three, one of them without a login", { a: true, b: false, c: true }, ["login b"]],
])("what is missing beside %s", (_, sessions, expected) => {
  expect(steps(sessions)).toEqual(expected);
});

test("names that are given are logged in to once each, unless they are", () => {
  expect(steps({ a: true, b: false }, ["x", "a", "b", "x"])).toEqual(["login x", "login b"]);
  expect(steps({ a: true }, ["a"])).toEqual([]);
});

import { expect, test } from "vitest";
import { main } from "../../../lib/cli/main.ts";
import { jsonLine, jsonText, type Output } from "../../../lib/cli/output/json.ts";
import { authFile, world } from "../../app/world.ts";

interface NameOutput extends Output {
  readonly schema: "agentlb.name/1";
  readonly name: string;
}

const ODD = [
  "\x1b[2J",
  "\x9b2J",
  "\x7f",
  "\u202e",
  "\u2028",
  "\u200d",
  "\ufeff",
  "\u{e0041}",
  "\ud83d",
  "\n",
  "é",
  "東",
  "🦊",
];
const named = (name: string): NameOutput => ({ schema: "agentlb.name/1", name });

test("what could steer a terminal is written as an escape, and is the same when it is read", () => {
  for (const name of ODD) {
    for (const text of [jsonText<NameOutput>(named(name)), jsonLine<NameOutput>(named(name))]) {
      expect(JSON.parse(text)).toEqual(named(name));
      expect(text.replaceAll("\n", "")).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    }
  }
});

test("other letters stay, and so do the bytes of everything usual", () => {
  for (const name of ["é", "東", "🦊", "me@example.test", "/home/me/a b", 'a"b\\']) {
    expect(jsonText<NameOutput>(named(name))).toBe(`${JSON.stringify(named(name), undefined, 2)}\n`);
    expect(jsonLine<NameOutput>(named(name))).toBe(`${JSON.stringify(named(name))}\n`);
  }
});

test("a name from outside can't steer the terminal by any command", async () => {
  const user = world();
  user.session("a", { "auth.json": authFile("\x9b31m\u202e@x") });
  expect(await main(user.host({ args: ["status", "--json"] }))).toBe(0);
  expect(user.out).not.toMatch(/[\x9b\u202e]/);
  expect(JSON.parse(user.out).sessions[0].email).toBe("\x9b31m\u202e@x");
});

test("nor can a line of the events or of the supervisor's log, whoever wrote it", async () => {
  const user = world();
  const event = {
    schema: "agentlb.event/1",
    at: "2026-11-20T12:00:00Z",
    kind: "reset",
    alias: "a\x9b\u202e",
  };
  const line = `${JSON.stringify(event)}\n`;
  user.write(line, "state", "events.jsonl");
  user.write(`${line}no json \x1b[2J\n`, "supervisor.log");
  for (const args of [["events"], ["events", "--json"], ["supervisor", "logs", "--json"]]) {
    user.out = "";
    expect(await main(user.host({ args }))).toBe(0);
    expect(user.out.replaceAll("\n", "")).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    expect(JSON.parse(user.out.split("\n")[0]!)).toEqual(event);
  }
});

import { describe, expect, it } from "vitest";
import {
  firstWordsIn,
  MARK_LENGTH,
  rolloutFacts,
  threadNames,
  turnMarksIn,
  turnsIn,
} from "../../../../lib/core/codex/threads/rollout_facts.ts";
import { completed, event, line, said, started, threadId, told } from "../../../../rig/rollouts.ts";

const T = Date.parse("2026-11-20T12:00:00.000Z");
const ID = threadId(T);

const head = (more: Readonly<Record<string, unknown>> = {}) =>
  line(T, "session_meta", {
    id: ID,
    timestamp: "2026-11-20T12:00:00.000Z",
    cwd: "/home/me",
    cli_version: "0.171.0",
    source: "cli",
    creator_account_id: "w",
    creator_user_id: "u",
    ...more,
  });
const facts = (...lines: string[]) => {
  const text = `${lines.join("\n")}\n`;
  return rolloutFacts(text, text);
};
const user = (text: string) =>
  line(T, "response_item", { type: "message", role: "user", content: [{ type: "input_text", text }] });

describe("the facts in a rollout", () => {
  it("are those of its first line, its first message and its last turn", () => {
    const words = event(T, {
      type: "item_completed",
      item: { type: "UserMessage", content: [{ type: "text", text: "do\n it" }] },
    });
    const context = line(T + 1, "turn_context", { cwd: "/srv" });
    expect(facts(head(), started(T), words, context, said(T + 2, "well"), completed(T + 3))).toEqual({
      id: ID,
      cwd: "/srv",
      workspace: "w",
      user: "u",
      source: "cli",
      firstWords: "do it",
      begunAt: T,
      lastAt: T + 3,
      lastTurn: { at: T + 3, end: "completed" },
      limitUntil: undefined,
    });
  });

  it("are none of a file that is no rollout, or whose first line is cut off", () => {
    expect(rolloutFacts("", "")).toBeUndefined();
    expect(rolloutFacts("{}\n", "{}\n")).toBeUndefined();
    expect(rolloutFacts(head().slice(0, -5), "")).toBeUndefined();
  });

  it("name a subagent by the object that Codex writes", () => {
    expect(facts(head({ source: { subagent: { thread_spawn: {} } } }))?.source).toBe("subagent");
    expect(facts(head({ source: 3 }))?.source).toBe("");
  });

  it("tell the reset of a used-up limit, when the refusal does, and of no later turn", () => {
    const limits = told(T + 1, { primary: { used: 100, minutes: 300, resets: T / 1000 + 7200 } });
    const refused = [started(T), limits, completed(T + 2, "usage_limit_exceeded")];
    expect(facts(head(), ...refused)).toMatchObject({
      lastTurn: { end: "limit" },
      limitUntil: T + 7_200_000,
    });
    expect(facts(head(), started(T), completed(T + 2, "usage_limit_exceeded"))?.limitUntil).toBeUndefined();
    expect(facts(head(), ...refused, started(T + 5), completed(T + 6))?.limitUntil).toBeUndefined();
  });

  it("have the time of the last line, whatever it is, also while it is being written", () => {
    expect(facts(head(), started(T), said(T + 9, "a"))?.lastAt).toBe(T + 9);
    const text = `${head()}\n${started(T)}\n${said(T + 9, "a").slice(0, 60)}`;
    expect(rolloutFacts(text, text)?.lastAt).toBe(T + 9);
  });
});

describe("the first words of the user", () => {
  it("are not what Codex puts before them", () => {
    const before = [
      user("# AGENTS.md instructions for /home/me\n\nBe kind."),
      user("<environment_context>\n</environment_context>"),
      line(T, "response_item", {
        type: "message",
        role: "developer",
        content: [{ type: "input_text", text: "no" }],
      }),
    ];
    expect(firstWordsIn([...before, user("hello")].join("\n"))).toBe("hello");
    expect(firstWordsIn(before.join("\n"))).toBe("");
  });

  it("are cut without cutting a letter", () => {
    expect(firstWordsIn(user("😀".repeat(200)))).toBe(`${"😀".repeat(120)}…`);
  });
});

describe("the turns in a part of a rollout", () => {
  it("are counted by their starts, in old rollouts by the messages", () => {
    const message = event(T, { type: "user_message", message: "a" });
    expect(turnsIn(turnMarksIn([started(T), message, started(T + 1)].join("\n")))).toBe(2);
    expect(turnsIn(turnMarksIn([message, message, message].join("\n")))).toBe(3);
  });

  it("are not counted in text that quotes a rollout", () => {
    expect(turnsIn(turnMarksIn(said(T, started(T))))).toBe(0);
  });

  it("are each counted once in parts that overlap by one byte less than a mark", () => {
    const text = [head(), started(T), started(T + 1), started(T + 2)].join("\n");
    for (let cut = 1; cut < text.length; cut++) {
      const after = text.slice(Math.max(0, cut - (MARK_LENGTH - 1)));
      expect(turnMarksIn(text.slice(0, cut)).starts + turnMarksIn(after).starts).toBe(3);
    }
  });
});

it("the last name of a thread counts; an empty one takes it away, and half a line is none", () => {
  const named = (id: string, name: string) => JSON.stringify({ id, thread_name: name });
  const text = [named("a", "one"), named("b", "two"), named("a", "three"), named("c", "x"), named("c", "")]
    .join("\n");
  expect(threadNames(`${text}\n{"id":"b","thread_n`)).toEqual(new Map([["a", "three"], ["b", "two"]]));
});

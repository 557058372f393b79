import { describe, expect, it } from "vitest";
import { JsonRpcClient, RpcClosed, RpcError } from "../../lib/io/rpc.ts";
import { FakeChild, silent } from "../../rig/fake_spawn.ts";
import { settle } from "../../rig/clock.ts";

function conversation() {
  const child = new FakeChild(5_000_001, { file: "codex", args: [], env: {} }, silent);
  const notes: unknown[] = [];
  const client = new JsonRpcClient(child, (method, params) => void notes.push([method, params]));
  return { child, notes, client };
}

describe("a conversation", () => {
  it("matches answers to questions by their id, whatever the order", async () => {
    const { child, client } = conversation();
    const answers = Promise.all([client.request("first", {}), client.request("second", { a: 1 })]);
    expect(child.requests).toEqual([
      { id: 1, jsonrpc: "2.0", method: "first", params: {} },
      { id: 2, jsonrpc: "2.0", method: "second", params: { a: 1 } },
    ]);
    child.answer(2, "two");
    child.answer(1, "one");
    expect(await answers).toEqual(["one", "two"]);
  });

  it("tells what it is told before and between answers", async () => {
    const { child, client, notes } = conversation();
    child.notify("configWarning", { summary: "x" });
    const answer = client.request("ask", {});
    child.notify("account/updated", null);
    child.answer(1, {});
    await answer;
    expect(notes).toEqual([["configWarning", { summary: "x" }], ["account/updated", null]]);
  });

  it("takes an answer once, and none that nobody asked for", async () => {
    const { child, client } = conversation();
    const answer = client.request("ask", {});
    for (const id of [7, "1", null, undefined, 1.5]) {
      child.say(`${JSON.stringify({ id, result: "wrong" })}\n`);
    }
    child.answer(1, "right");
    child.answer(1, "again");
    expect(await answer).toBe("right");
  });

  it("fails a question with the code and the words of its error", async () => {
    const { child, client } = conversation();
    const answer = client.request("ask", {});
    child.fail(1, -32603, "no");
    await expect(answer).rejects.toThrow(RpcError);
    await expect(answer).rejects.toMatchObject({ fault: { code: -32603, message: "no" } });
    const odd = client.request("ask", {});
    child.say('{"id":2,"error":{}}\n');
    await expect(odd).rejects.toMatchObject({ fault: { code: 0, message: "" } });
  });

  it("leaves questions of the other side without an answer, and does not take them for news", async () => {
    const { child, client, notes } = conversation();
    const answer = client.request("ask", {});
    child.say('{"id":1,"method":"account/chatgptAuthTokens/refresh","params":{}}\n');
    child.answer(1, "mine");
    expect(await answer).toBe("mine");
    expect([notes, child.requests.length]).toEqual([[], 1]);
  });

  it.each([
    "",
    "not json",
    "null",
    "7",
    '"text"',
    "[]",
    "[{}]",
    "{}",
    '{"id":{}}',
    '{"method":7}',
    "{",
    "\u0000",
    `${"[".repeat(100_000)}`,
    '{"__proto__":{"id":1,"result":"wrong"}}',
  ])("goes on after a line that is no message: %#", async (line) => {
    const { child, client } = conversation();
    const answer = client.request("ask", {});
    child.say(`${line}\n`);
    child.answer(1, "right");
    expect(await answer).toBe("right");
  });

  it("is not cut by line separators of other alphabets, nor by where the bytes were cut", async () => {
    const { child, client } = conversation();
    const answer = client.request("ask", {});
    const text = `{"id":1,"result":"a\u2028b\u2029é"}\r\n`;
    for (const part of text) child.say(part);
    expect(await answer).toBe("a\u2028b\u2029é");
  });

  it("drops and counts a line over 1 MiB, and reads the next one", async () => {
    const { child, client } = conversation();
    const answer = client.request("ask", {});
    const part = "x".repeat(64 * 1024);
    child.say(`{"id":1,"result":"`);
    for (let i = 0; i < 20; i++) child.say(part);
    child.say('"}\n');
    child.answer(1, "short");
    expect(await answer).toBe("short");
    expect(client.dropped).toBe(1);
  });
});

describe("when the process ends", () => {
  it.each([{ code: 1 }, { signal: "SIGKILL" }, { error: new Error("ENOENT") }] as const)(
    "every question without an answer fails: %j",
    async (exit) => {
      const { child, client } = conversation();
      const answers = [client.request("one", {}), client.request("two", {})];
      const ends = Promise.all(answers.map((answer) => expect(answer).rejects.toMatchObject({ exit })));
      child.say('{"id":1,"result":"half');
      child.exit(exit);
      await ends;
    },
  );

  it("a later question fails at once", async () => {
    const { child, client } = conversation();
    child.exit({ code: 0 });
    await settle();
    await expect(client.request("ask", {})).rejects.toThrow(RpcClosed);
    expect(child.requests).toEqual([]);
  });
});

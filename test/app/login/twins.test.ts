import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../../lib/cli/main.ts";
import type { Launch } from "../../../lib/core/shell/launch.ts";
import type { Exit } from "../../../lib/io/process/spawn.ts";
import { authFile, type Given, type World, world } from "../world.ts";

const ME = authFile("me@x");
const YOU = authFile("you@x");
const NOTE = 'agentlb: note: this is the same account as "a": they share its limits\n';
const QUESTION = 'agentlb: this is the same account as "a" (me@x), plan pro\n' +
  "agentlb: keep it (both share its limits), log in again, or stop? [K/l/s] ";

/** Runs a line whose logins leave these texts, one after the other; undefined = that login fails. */
async function run(user: World, line: string, logins: readonly (string | undefined)[], given: Given = {}) {
  [user.out, user.err] = ["", ""];
  const left = [...logins];
  const foreground = (launch: Launch): Exit => {
    const text = left.shift();
    if (text === undefined) return { code: 1 };
    writeFileSync(join(launch.env.CODEX_HOME!, "auth.json"), text);
    return { code: 0 };
  };
  const code = await main(user.host({ ...given, args: line.split(" "), foreground }));
  expect(left).toEqual([]);
  return code;
}

function withSession(): World {
  const user = world();
  user.session("a", { "auth.json": ME });
  return user;
}

const temporary = (user: World) =>
  user.has("state", "logins") ? readdirSync(user.path("state", "logins")) : [];
const terminal = (...answers: readonly (string | undefined)[]): Given => ({ isTerminal: true, answers });

describe("a login of an account that another session has", () => {
  it.each(["new b", "login b"])("is noted where nobody can be asked: agentlb %s", async (line) => {
    const user = withSession();
    if (line.startsWith("login")) user.session("b");
    expect(await run(user, line, [ME])).toBe(0);
    expect(user.err).toContain(`agentlb: logged in to "b" (me@x), plan pro\n${NOTE}`);
    expect(user.out).toBe("");
    expect(user.read("sessions", "b", "auth.json")).toBe(ME);
  });

  it("is noted also in place of another login, with --force", async () => {
    const user = withSession();
    user.session("b", { "auth.json": YOU });
    expect(await run(user, "login b --force", [ME])).toBe(0);
    expect(user.err).toContain(NOTE);
    expect(user.read("sessions", "b", "auth.json")).toBe(ME);
  });

  it("names every other session, and no workspace apart from the same user", async () => {
    const user = withSession();
    user.session("c", { "auth.json": ME });
    user.session("d", { "auth.json": authFile("me@x", { workspace: "other" }) });
    await run(user, "new b", [ME]);
    expect(user.err).toContain('note: this is the same account as "a" and "c": they share its limits');
  });

  it("is kept when the user says so at a terminal", async () => {
    const user = withSession();
    expect(await run(user, "new b", [ME], terminal("k"))).toBe(0);
    expect(user.err).toContain(`${QUESTION}agentlb: logged in to "b" (me@x), plan pro\n`);
    expect(user.err).not.toContain("note: this is the same");
    expect(user.read("sessions", "b", "auth.json")).toBe(ME);
  });

  it("is asked about until the answer is understood", async () => {
    const user = withSession();
    expect(await run(user, "new b", [ME], terminal("what?", "keep"))).toBe(0);
    expect(user.err.split("[K/l/s]")).toHaveLength(3);
  });

  it("gives way to another one, made in an empty temporary home", async () => {
    const user = withSession();
    expect(await run(user, "new b", [ME, YOU], terminal("l"))).toBe(0);
    expect(user.read("sessions", "b", "auth.json")).toBe(YOU);
    const homes = user.launches.filter(({ args }) => args[0] === "login" && args.length === 1)
      .map(({ env }) => env.CODEX_HOME!);
    expect(homes).toEqual([
      user.path("sessions", "b"),
      expect.stringContaining(user.path("state", "logins", "b-")),
    ]);
    expect(temporary(user)).toEqual([]);
    expect(user.err).toContain('agentlb: logged in to "b" (you@x), plan pro\n');
  });

  it("stays when the login in its place fails", async () => {
    const user = withSession();
    expect(await run(user, "new b", [ME, undefined], terminal("l"))).toBe(5);
    expect(user.read("sessions", "b", "auth.json")).toBe(ME);
    expect(temporary(user)).toEqual([]);
  });

  it.each<[string, (string | undefined)[], string[]]>([
    ["at once", ["s"], [ME]],
    ["after one more login of that account", ["l", "s"], [ME, ME]],
  ])(
    "is dropped with the session that was made for it when the user stops %s",
    async (_, answers, logins) => {
      const user = withSession();
      expect(await run(user, "new b", logins, terminal(...answers))).toBe(1);
      expect(user.err).toContain('agentlb: error: Stopped; session "b" was not made\n');
      expect(readdirSync(user.path("sessions"))).toEqual(["a"]);
      expect(user.has("state", "sessions", "b.json")).toBe(false);
      expect(user.read("sessions", "a", "auth.json")).toBe(ME);
      expect(temporary(user)).toEqual([]);
    },
  );

  it("stays at Ctrl-C, and nothing is run", async () => {
    const user = withSession();
    expect(await run(user, "new b", [ME], terminal(undefined))).toBe(1);
    expect(user.err).toContain('Stopped; "b" keeps this login');
    expect(user.read("sessions", "b", "auth.json")).toBe(ME);
    expect(user.launches.map(({ args }) => args.join(" "))).toEqual(["login"]);
  });

  it.each<[string, (string | undefined)[], string[], number, string]>([
    ["keep", ["k"], [ME], 0, ME],
    ["log in again", ["l"], [ME, YOU], 0, YOU],
    ["stop", ["s"], [ME], 1, YOU],
    ["Ctrl-C", [undefined], [ME], 1, YOU],
  ])("in place of another login: %s", async (_, answers, logins, code, expected) => {
    const user = withSession();
    user.session("b", { "auth.json": YOU });
    // Another account than before is asked about as well.
    const given = { ...terminal(...answers), answer: "y" };
    expect(await run(user, "login b", logins, given)).toBe(code);
    expect(user.read("sessions", "b", "auth.json")).toBe(expected);
    expect(temporary(user)).toEqual([]);
  });

  it("is no question when the session had that account already, only a note", async () => {
    const user = withSession();
    user.session("b", { "auth.json": ME });
    const fresh = authFile("me@x", { ttlSec: 99 });
    expect(await run(user, "login b", [fresh], terminal())).toBe(0);
    expect(user.read("sessions", "b", "auth.json")).toBe(fresh);
    expect(user.err).not.toContain("[K/l/s]");
  });
});

describe("an API key, which has no account,", () => {
  it("is nobody's twin", async () => {
    const key = JSON.stringify({ OPENAI_API_KEY: "sk-made-up" });
    const user = world();
    user.session("a", { "auth.json": key });
    await run(user, "new b", [key]);
    expect(user.err).toContain('agentlb: logged in to "b" (an API key)\n');
    expect(user.err).not.toContain("same account");
    expect(user.err).not.toContain("sk-made-up");
  });
});

import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sandbox } from "../../rig/in_test.ts";
import { ways } from "../../rig/program.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { writeThread } from "../../rig/threads.ts";
import { login } from "./support/login.ts";
import { type Entry, publish } from "./support/published.ts";

const WAY = ways.includes("compiled") ? "compiled" : ways[0]!;

/** A user with three sessions, of which `c` has most left, and a folder with another below it. */
function user(
  more: Readonly<Record<string, Entry>> = {},
): Sandbox & { readonly acme: string; readonly below: string } {
  const made = sandbox({ env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
  for (const alias of ["a", "b", "c"]) made.addAlias(alias, { authFile: login(alias) });
  publish(made, { a: { used: [50, 50] }, b: { used: [40, 40] }, c: { used: [10, 10] }, ...more });
  const acme = join(made.home, "acme");
  const below = join(acme, "src/deep");
  mkdirSync(below, { recursive: true });
  return { ...made, acme, below };
}

async function go(made: Sandbox, line: string | readonly string[], cwd: string) {
  const before = made.fake.started().length;
  const args = typeof line === "string" ? line.split(" ").filter((word) => word !== "") : line;
  const { code, stdout, stderr } = await made.run(WAY, args, { cwd });
  const home = made.fake.started()[before]?.home;
  return { code, stdout, stderr, alias: home?.split("/").at(-1) };
}

describe("in a bound folder and below it", () => {
  test("only its sessions are picked, by each way to pick", async () => {
    const made = user();
    expect(await go(made, "bind a b", made.acme)).toMatchObject({
      code: 0,
      stdout: `bound ${made.acme}: a, b\n`,
    });
    for (const cwd of [made.acme, made.below]) {
      expect(await go(made, "", cwd)).toMatchObject({ code: 0, alias: "b" });
      expect((await go(made, "pick", cwd)).stdout).toMatch(/^b\t/);
    }
    expect(await go(made, "new", made.below)).toMatchObject({ alias: "b" });
    const turns = [];
    for (let turn = 0; turn < 4; turn++) turns.push((await go(made, "rr", made.below)).alias);
    expect(turns.toSorted()).toEqual(["a", "a", "b", "b"]);
    expect(await go(made, "", made.cwd)).toMatchObject({ alias: "c" });
    expect(await go(made, "last", made.cwd)).toMatchObject({ alias: "c" });
    expect((await go(made, "last", made.below)).alias).toBe(turns.at(-1));
    expect(await go(made, "--unbound", made.below)).toMatchObject({ alias: "c" });
    expect(await go(made, ["--", "-C", made.below, "exec", "x"], made.cwd)).toMatchObject({ alias: "b" });
    expect(await go(made, ["--", "exec", "--cd=../../..", "x"], made.below)).toMatchObject({ alias: "c" });
  });

  test("another session is refused by name, before it is made, and by preference", async () => {
    const made = user();
    await go(made, "bind a", made.acme);
    const refusal = (alias: string) => ({
      code: 1,
      alias: undefined,
      stderr: `agentlb: error: Cannot use session ${alias} here: ${made.acme} is bound to a\n` +
        "agentlb: hint: to use it all the same, add --unbound\n",
    });
    expect(await go(made, "new c", made.below)).toMatchObject(refusal("c"));
    expect(await go(made, "new d", made.below)).toMatchObject(refusal("d"));
    expect(existsSync(made.homeOf("d"))).toBe(false);
    expect(await go(made, "--prefer c", made.below)).toMatchObject(refusal("c"));
    expect(await go(made, "new a", made.below)).toMatchObject({ code: 0, alias: "a" });
    expect(await go(made, "new c --unbound", made.below)).toMatchObject({ code: 0, alias: "c" });
  });

  test("a thread of another session is refused, and `--last` is one of its own sessions'", async () => {
    const made = user();
    await go(made, "bind a", made.acme);
    const at = Date.parse("2026-11-20T12:00:00Z");
    const mine = writeThread(made.homeOf("a"), { at, cwd: made.below });
    const other = writeThread(made.homeOf("c"), { at: at + 60_000, cwd: made.below });
    expect(await go(made, `-- resume ${other.id}`, made.below)).toMatchObject({
      code: 1,
      alias: undefined,
      stderr:
        `agentlb: error: Cannot go on with a thread: thread ${other.id.slice(0, 13)}… is of session c, and ` +
        `${made.acme} is bound to a\nagentlb: hint: to go on with it all the same, add --unbound\n`,
    });
    expect(await go(made, "-- resume --last", made.below)).toMatchObject({ alias: "a" });
    expect(made.fake.started().at(-1)?.args).toEqual(["resume", mine.id]);
    expect(await go(made, `--unbound -- resume ${other.id}`, made.below)).toMatchObject({ alias: "c" });
    expect(await go(made, ["--unbound", "--", "resume", "--last"], made.below)).toMatchObject({ alias: "c" });
  });

  test.each<[string, Record<string, Entry>, string]>([
    ["is used up", { a: { used: [100, 10] } }, "a: exhausted"],
    ["has lost its login", { a: { lastProbeResult: "login required" } }, "a: login required"],
  ])("nothing else is taken when all it is bound to %s", async (_why, entries, reason) => {
    const made = user(entries);
    await go(made, "bind a", made.acme);
    for (const command of ["", "pick", "new"]) {
      const { code, alias, stderr } = await go(made, command, made.below);
      expect({ code, alias }).toEqual({ code: 4, alias: undefined });
      expect(stderr).toContain(
        `agentlb: error: Cannot pick a session: ${made.acme} is bound to a (${reason}`,
      );
    }
  });

  test("nothing else is taken when all it is bound to is paused, removed, or was never run", async () => {
    const made = user();
    await go(made, "bind a", made.acme);
    await go(made, "", made.cwd);
    expect(await go(made, "last", made.acme)).toMatchObject({ code: 4, alias: undefined });
    await go(made, "pause a", made.cwd);
    for (const command of ["", "rr"]) {
      expect(await go(made, command, made.acme)).toMatchObject({ code: 4, alias: undefined });
    }
    await go(made, "rm a", made.cwd);
    for (const command of ["", "rr", "last"]) {
      expect(await go(made, command, made.acme)).toMatchObject({
        code: 4,
        stderr: expect.stringContaining(`${made.acme} is bound to no session any more`),
      });
    }
  });

  test("one of its sessions is taken in turn while their limits are not known", async () => {
    const made = user({ a: { ageSec: 90_000 } });
    await go(made, "bind a", made.acme);
    expect(await go(made, "", made.acme)).toMatchObject({ code: 0, alias: "a" });
  });

  test("`why` and `status` tell of it", async () => {
    const made = user();
    await go(made, "bind a b", made.acme);
    const { stdout } = await go(made, "why", made.below);
    expect(stdout).toContain(`${made.acme} is bound to a, b\n`);
    expect(stdout).toContain("picked: b");
    expect(stdout).not.toContain(" c ");
    expect(JSON.parse((await go(made, "why --json", made.below)).stdout)).toMatchObject({
      picked: "b",
      bound: { folder: made.acme, sessions: ["a", "b"] },
    });
    expect((await go(made, "status", made.below)).stdout).toContain("selected session: b\n");
    expect((await go(made, "status", made.cwd)).stdout).toContain("selected session: c\n");
  });
});

describe("the nearest bound folder counts", () => {
  test("and links are resolved", async () => {
    const made = user();
    await go(made, "bind a", made.acme);
    await go(made, "bind b --here", made.below);
    const link = join(made.home, "link");
    symlinkSync(made.below, link);
    expect(await go(made, "", link)).toMatchObject({ alias: "b" });
    expect(await go(made, "", join(made.acme, "src"))).toMatchObject({ alias: "a" });
    mkdirSync(`${made.acme}2`);
    expect(await go(made, "", `${made.acme}2`)).toMatchObject({ alias: "c" });
    expect(await go(made, "bind", made.below)).toMatchObject({
      stdout: `  ${made.acme}: a\n* ${made.below}: b\n`,
    });
    expect(await go(made, "bind --remove", made.below)).toMatchObject({ stdout: `unbound ${made.below}\n` });
    expect(await go(made, "", made.below)).toMatchObject({ alias: "a" });
    expect(await go(made, "bind --remove", made.below)).toMatchObject({ stdout: `unbound ${made.acme}\n` });
    expect(await go(made, "bind --remove", made.below)).toMatchObject({ code: 1 });
    expect(await go(made, "bind", made.below)).toMatchObject({ stdout: "no folder is bound\n" });
  });

  test("which without --here is the top of the git working tree", async () => {
    const made = user();
    mkdirSync(join(made.acme, ".git"));
    expect(await go(made, "bind a", made.below)).toMatchObject({ stdout: `bound ${made.acme}: a\n` });
    expect(await go(made, "bind b --here", made.below)).toMatchObject({ stdout: `bound ${made.below}: b\n` });
  });
});

test("bindings that can't be read open no folder to all sessions", async () => {
  const made = user();
  await go(made, "bind a", made.acme);
  const path = join(made.root, "state/bindings.json");
  for (const text of ["{", '{"folders":{"/x":"a"}}', "[]"]) {
    writeFileSync(path, text);
    for (const command of ["", "pick", "new c", "status", "bind a"]) {
      const { code, alias, stderr } = await go(made, command, made.acme);
      expect({ code, alias }).toEqual({ code: 1, alias: undefined });
      expect(stderr).toContain(`agentlb: error: Cannot read ${path}: `);
    }
    expect(readFileSync(path, "utf8")).toBe(text);
  }
  expect(await go(made, "--unbound", made.acme)).toMatchObject({ code: 0, alias: "c" });
});

describe("a folder bound in config.toml", () => {
  const config = (made: Sandbox, text: string) =>
    writeFileSync(join(made.root, "config.toml"), `[bind]\n${text}\n`);

  test("is like one bound by the command, which does not touch it", async () => {
    const made = user();
    config(made, '"~/acme" = ["a"]');
    const before = readFileSync(join(made.root, "config.toml"), "utf8");
    expect(await go(made, "", made.below)).toMatchObject({ alias: "a" });
    for (const line of ["bind b", "bind --remove"]) {
      expect(await go(made, line, made.acme)).toMatchObject({
        code: 1,
        stderr:
          `agentlb: error: Cannot change the binding of ${made.acme}: it is in ${made.root}/config.toml\n` +
          "agentlb: hint: edit the table [bind] there\n",
      });
    }
    expect(readFileSync(join(made.root, "config.toml"), "utf8")).toBe(before);
    const { bindings, here } = JSON.parse((await go(made, "bind --json", made.below)).stdout);
    expect(here).toEqual({ folder: made.acme, sessions: ["a"] });
    expect(bindings).toEqual([{ folder: made.acme, sessions: ["a"], inConfig: true }]);
  });

  test.each(['"acme" = ["a"]', '"~/acme" = []', '"~/acme" = 3'])("must be understood: %s", async (text) => {
    const made = user();
    config(made, text);
    const { code, stderr } = await go(made, "", made.acme);
    expect(code).toBe(1);
    expect(stderr).toMatch(/config\.toml: line 2: bind\.(~\/)?acme must /);
  });
});

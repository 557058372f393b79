import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TrashSweep } from "../../../lib/app/supervisor/trash_sweep.ts";
import { main } from "../../../lib/cli/main.ts";
import { until } from "../../../rig/until.ts";
import { authFile, type Given, type World, world } from "../world.ts";

const DAY_MS = 86_400_000;

async function run(user: World, line: string, given: Given = {}): Promise<unknown> {
  [user.out, user.err] = ["", ""];
  return await main(user.host({ ...given, args: line.split(" ") }));
}

/** Removes sessions, one a day; the last one now. */
async function removed(user: World, ...aliases: string[]): Promise<void> {
  for (const alias of aliases) {
    user.now += DAY_MS;
    user.session(alias, { "auth.json": authFile(`${alias}@x`) });
    await run(user, `rm ${alias}`);
  }
}

const namesIn = (user: World) =>
  readdirSync(user.layout.trash).map((name) => name.replace(/-.{8}$/, "")).sort();

describe("the trash", () => {
  it("keeps a session for seven days, and the next command that changes sessions deletes it", async () => {
    const user = world();
    await removed(user, "a", "b");
    user.now += 6 * DAY_MS - 1;
    await removed(user);
    await run(user, "restore");
    expect(user.out).toMatch(/^b \(b@x\) .*kept for .*\na \(a@x\) .*kept for .*\n$/);
    user.session("c");
    await run(user, "rm c");
    expect(namesIn(user), "six days and the rest").toEqual(["a", "b", "c"]);
    user.now += 1;
    user.session("d");
    await run(user, "rm d");
    expect(namesIn(user)).toEqual(["b", "c", "d"]);
  });

  it("is emptied by the supervisor, once an hour at most", async () => {
    const user = world();
    const notes: string[] = [];
    let begun = 0;
    const sweep = new TrashSweep({
      host: user.host(),
      layout: user.layout,
      journal: { note: (what) => void notes.push(what) },
      guard: { mayWrite: () => ++begun > 0 },
    });
    sweep.look();
    expect(begun, "nothing was ever removed").toBe(0);
    await removed(user, "a");
    user.now += 8 * DAY_MS;
    sweep.look();
    await until(() => namesIn(user).length === 0, "it is deleted");
    user.now += 3_599_000;
    sweep.look();
    expect(begun).toBe(1);
    mkdirSync(join(user.layout.trash, "junk"));
    user.now += 1000;
    sweep.look();
    await until(() => namesIn(user).length === 0, "it is deleted");
    expect([begun, notes]).toEqual([2, []]);
  });

  it("is left alone by a supervisor whose root is another one", async () => {
    const user = world();
    await removed(user, "a");
    user.now += 8 * DAY_MS;
    const asked: string[] = [];
    const guard = { mayWrite: (path: string) => asked.push(path) === 0 };
    new TrashSweep({ host: user.host(), layout: user.layout, journal: { note() {} }, guard }).look();
    expect([asked, namesIn(user)]).toEqual([[user.layout.trash], ["a"]]);
  });

  it("gives back the one that was removed last, and every other by its own name", async () => {
    const user = world();
    await removed(user, "a", "a");
    const names = readdirSync(user.layout.trash);
    await run(user, "restore");
    const [newest, oldest] = user.out.trim().split("\n").map((line) => line.split(" ").at(-1)!);
    expect([newest, oldest].sort()).toEqual(names.sort());
    expect(await run(user, "restore a")).toBe(0);
    expect(readdirSync(user.layout.trash)).toEqual([oldest]);
    expect(await run(user, `restore ${oldest} --as b`)).toBe(0);
    expect(user.out).toBe("restored session: b\n");
    expect([user.has("sessions", "a"), user.has("sessions", "b")]).toEqual([true, true]);
    expect(await run(user, "restore b@x")).toBe(2);
    expect(user.err).toBe(
      'agentlb: error: Nothing in the trash is called "b@x"\n' +
        "agentlb: hint: to see what is there: agentlb restore\n",
    );
  });

  it("asks before it deletes for good", async () => {
    const user = world();
    await removed(user, "a", "b");
    const at = { isTerminal: true };
    expect(await run(user, "purge", { ...at, answer: "" })).toBe(1);
    expect(user.err).toContain("agentlb: Delete for good: b (b@x), a (a@x)? [y/N] ");
    expect(namesIn(user)).toEqual(["a", "b"]);
    expect(await run(user, "purge b", { ...at, answer: "y" })).toBe(0);
    expect([user.out, namesIn(user)]).toEqual(["deleted for good: b\n", ["a"]]);
  });

  it("keeps what has no record it can read as long as any other, under the name of its folder", async () => {
    const user = world();
    user.now = Date.now();
    mkdirSync(join(user.layout.trash, "lost", "home"), { recursive: true, mode: 0o700 });
    writeFileSync(join(user.layout.trash, "lost", "record.json"), "{");
    await run(user, "restore");
    expect(user.out).toMatch(/^lost {2}removed .*, as lost\n$/);
    user.session("x");
    await run(user, "rm x");
    expect(readdirSync(user.layout.trash)).toContain("lost");
  });

  it.each([["no JSON", "{"], ["another record", "null"], ["empty", ""]])(
    "gives back what has no record that it can read: %s",
    async (_, text) => {
      const user = world();
      await removed(user, "a");
      const [name] = readdirSync(user.layout.trash);
      writeFileSync(join(user.layout.trash, name!, "record.json"), text);
      expect(await run(user, `restore ${name} --as b`)).toBe(0);
      expect([user.has("sessions", "b", "auth.json"), readdirSync(user.layout.trash)]).toEqual([true, []]);
      expect(await run(user, "rm b"), "and no command stands still after it").toBe(0);
    },
  );

  it("leaves what is not of agentlb, and works beside it", async () => {
    const user = world();
    const foreign = (...names: string[]) => join(user.layout.trash, ...names);
    mkdirSync(foreign("pictures", "2020"), { recursive: true, mode: 0o700 });
    mkdirSync(foreign("other", "home"), { recursive: true });
    writeFileSync(foreign("notes.txt"), "mine");
    await removed(user, "a", "b");
    expect(user.err).not.toContain("warning");
    user.now += 30 * DAY_MS;
    user.session("c");
    expect(await run(user, "rm c")).toBe(0);
    expect(namesIn(user)).toEqual(["c", "notes.txt", "other", "pictures"]);
    expect(await run(user, "restore c")).toBe(0);
    expect(readdirSync(foreign("pictures"))).toEqual(["2020"]);
  });
});

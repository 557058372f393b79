import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Children } from "../../../../lib/app/supervisor/records/app_server_record.ts";
import {
  type ChildEntry,
  MARK,
  parseChildren,
  renderChildren,
} from "../../../../lib/core/session/app_server_record.ts";
import { homeOf, layoutOf } from "../../../../lib/core/system/layout.ts";
import { readText } from "../../../../lib/io/files/read.ts";
import { identityOf, signal } from "../../../../lib/io/process/process.ts";
import { FakeClock } from "../../../../rig/clock.ts";
import { until } from "../../../../rig/until.ts";

function place() {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-children-")));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const layout = layoutOf(join(dir, "root"));
  mkdirSync(layout.state, { recursive: true });
  const notes: string[] = [];
  const clock = new FakeClock();
  return {
    dir,
    layout,
    clock,
    notes,
    open: () => new Children(layout, { note: (what) => void notes.push(what) }, () => true),
    recorded: () => parseChildren(readText(layout.children)),
    write: (entries: readonly ChildEntry[]) => writeFileSync(layout.children, renderChildren(entries)),
  };
}

/** A process that leads a group and lives until it is killed. */
async function sleeper(
  file = "/bin/sleep",
  env: Record<string, string> = {},
  args = ["1000"],
): Promise<number> {
  const { pid } = spawn(file, args, { detached: true, stdio: "ignore", env: { ...process.env, ...env } });
  if (pid === undefined) throw new Error("no sleeper");
  onTestFinished(() => void signal(-pid, "SIGKILL"));
  await until(() => identityOf(pid) !== undefined, "a sleeper");
  return pid;
}

function entry(pid: number, changed: Partial<ChildEntry> = {}): ChildEntry {
  const identity = identityOf(pid) ?? { pid, startTime: "", bootId: "" };
  return { alias: "a", auth: "/auth", ...identity, startedAt: 0, mayRenew: true, ...changed };
}

describe("the record of app-servers", () => {
  it("holds what starts, what runs, and nothing that is gone", () => {
    const { open, recorded } = place();
    const children = open();
    const intent = entry(0, { startTime: "" });
    children.add(intent);
    expect(recorded()).toEqual([intent]);
    children.settle("a", entry(5_000_001));
    expect(recorded()).toMatchObject([{ pid: 5_000_001, mayRenew: true }]);
    children.settle("b", entry(5_000_002, { alias: "b" }));
    children.renewed(5_000_001);
    expect(recorded()).toMatchObject([{ pid: 5_000_001, mayRenew: false }, {
      pid: 5_000_002,
      mayRenew: true,
    }]);
    children.remove(5_000_001);
    children.remove(5_000_002);
    expect(recorded()).toEqual([]);
  });

  it("is not kept of what did not start after all", () => {
    const { open, recorded } = place();
    const children = open();
    children.add(entry(0));
    children.settle("a", undefined);
    expect(recorded()).toEqual([]);
  });

  it("that can't be written stops a start that may renew, and nothing else", () => {
    const { open, recorded, layout, notes } = place();
    const children = open();
    children.add(entry(0));
    rmSync(layout.children);
    mkdirSync(layout.children);
    expect(() => children.add(entry(0, { alias: "b" }))).toThrow();
    // The process lives already: it must stay known, whatever can be written.
    expect(() => children.settle("a", entry(5_000_001))).not.toThrow();
    expect(() => children.remove(5_000_001)).not.toThrow();
    expect(notes).toContain("cannot record children");
    children.settle("b", undefined);
    rmSync(layout.children, { recursive: true });
    children.settle("c", entry(5_000_003, { alias: "c" }));
    expect(recorded()).toMatchObject([{ alias: "c" }]);
  });
});

describe("what an earlier supervisor left behind", () => {
  it("is known while it lives, and forgotten after", async () => {
    const { open, write, recorded } = place();
    const pid = await sleeper();
    write([entry(pid), entry(5_000_001), entry(process.pid, { startTime: "1" })]);
    const children = open();
    expect(children.orphans()).toMatchObject([{ pid }]);
    expect(recorded()).toMatchObject([{ pid }]);
    signal(-pid, "SIGKILL");
    await until(() => identityOf(pid) === undefined, "its end");
    expect(children.orphans()).toEqual([]);
    expect(recorded()).toEqual([]);
  });

  it("is ended once it is a minute old, with its group, and not before", async () => {
    const { open, write, clock } = place();
    const pid = await sleeper("/bin/sh", {}, ["-c", "trap '' TERM; sleep 1000 & wait"]);
    write([entry(pid, { startedAt: clock.now() - 10_000 })]);
    const children = open();
    expect(children.endStuck(clock)).toBe(1000);
    await clock.advance(49_000);
    children.endStuck(clock);
    expect(identityOf(pid)).toBeDefined();
    await clock.advance(1000);
    children.endStuck(clock);
    await until(() => identityOf(pid) === undefined, "its end");
    await until(() => children.orphans().length === 0, "the end of its group");
    expect(children.endStuck(clock)).toBe(Infinity);
  });

  it("of an unknown age, because the clock was set back, is given another minute", async () => {
    const { open, write, clock } = place();
    const pid = await sleeper();
    write([entry(pid, { startedAt: clock.now() + 86_400_000 })]);
    const children = open();
    children.endStuck(clock);
    await clock.advance(59_000);
    children.endStuck(clock);
    expect(identityOf(pid)).toBeDefined();
    await clock.advance(1000);
    children.endStuck(clock);
    await until(() => identityOf(pid) === undefined, "its end");
  });

  it("is nobody who only has its number", async () => {
    const { open, write, clock } = place();
    const pid = await sleeper();
    for (const changed of [{ startTime: "1" }, { bootId: "another boot" }]) {
      write([entry(pid, changed)]);
      const children = open();
      expect(children.orphans()).toEqual([]);
      children.endStuck(clock);
    }
    expect(identityOf(pid)).toBeDefined();
  });

  it.runIf(existsSync("/proc/self/environ"))(
    "between its record and its start is found by its databases, and the user's own is not taken for it",
    async () => {
      const { open, write, layout, dir, clock } = place();
      const home = homeOf(layout, "a");
      mkdirSync(home, { recursive: true });
      const program = join(dir, "codex");
      writeFileSync(program, "#!/bin/sh\nwhile :; do sleep 1000; done\n");
      chmodSync(program, 0o755);
      const users = await sleeper(program, { CODEX_HOME: home }, ["app-server"]);
      const intent = entry(0, { startedAt: clock.now() - 100_000, startTime: "" });
      write([intent]);
      expect(open().orphans()).toEqual([]);
      expect(parseChildren(readText(layout.children))).toEqual([]);

      const env = { CODEX_HOME: home, CODEX_SQLITE_HOME: join(layout.sqlite, "a") };
      const ours = await sleeper(program, env, ["app-server", "--listen", "stdio://"]);
      await until(() => (readText(`/proc/${ours}/cmdline`) ?? "").includes("stdio"), "the program");
      write([intent]);
      const children = open();
      expect(children.orphans().find(({ pid }) => pid === ours)).toMatchObject({
        alias: "a",
        mayRenew: true,
      });
      expect(children.orphans().find(({ pid }) => pid === users)).toBeUndefined();
      children.endStuck(clock);
      await until(() => identityOf(ours) === undefined, "its end");
      expect(identityOf(users)).toBeDefined();
    },
  );

  describe.runIf(existsSync("/proc/self/environ"))("when its leader has gone", () => {
    /** A leader with a child, of which one is killed; both ignore all that can be ignored. */
    async function leaderless(dir: string, child: string) {
      const pid = await sleeper("/bin/sh", { [MARK]: "mark" }, [
        "-c",
        `${child} & echo $! >'${dir}/child'; trap '' TERM; wait`,
      ]);
      await until(() => (readText(join(dir, "child")) ?? "").endsWith("\n"), "a child");
      const left = Number(readText(join(dir, "child")));
      onTestFinished(() => void signal(left, "SIGKILL"));
      const identity = identityOf(pid)!;
      return { pid, left, identity };
    }

    it.each(["sleep 1000", "setsid sleep 1000"])(
      "is found by its own number and start, and ended once it is a minute old: %s",
      async (child) => {
        const { open, write, recorded, clock, dir } = place();
        const { pid, left, identity } = await leaderless(dir, child);
        const bystander = await sleeper();
        signal(pid, "SIGKILL");
        await until(() => identityOf(pid) === undefined, "the end of the leader");
        write([entry(pid, { ...identity, mark: "mark", startedAt: clock.now() - 50_000 })]);
        const children = open();
        expect(children.orphans()).toMatchObject([{ ...identityOf(left), alias: "a", mark: "mark" }]);
        expect(recorded()).toMatchObject([{ pid: left }]);
        children.endStuck(clock);
        expect(identityOf(left)).toBeDefined();
        await clock.advance(10_000);
        children.endStuck(clock);
        await until(() => identityOf(left) === undefined, "its end");
        expect(children.endStuck(clock)).toBe(Infinity);
        expect(identityOf(bystander)).toBeDefined();
      },
    );

    it("and the supervisor lives: what it left is kept in the record, and ended the same way", async () => {
      const { open, recorded, clock, dir } = place();
      const { pid, left, identity } = await leaderless(dir, "sleep 1000");
      const children = open();
      children.settle("a", entry(pid, { ...identity, mark: "mark", startedAt: clock.now() - 59_000 }));
      signal(pid, "SIGKILL");
      await until(() => identityOf(pid) === undefined, "the end of the leader");
      children.remove(pid);
      expect(recorded()).toMatchObject([{ pid: left, mayRenew: true }]);
      children.endStuck(clock);
      expect(identityOf(left)).toBeDefined();
      await clock.advance(1000);
      children.endStuck(clock);
      await until(() => identityOf(left) === undefined, "its end");
    });
  });
});

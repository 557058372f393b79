import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseLeases, renderLeases } from "../../lib/core/session/leases.ts";
import { identityOf, ownIdentity } from "../../lib/io/process/process.ts";
import { sandbox } from "../../rig/in_test.ts";
import { commandOf, ways } from "../../rig/program.ts";
import { finished } from "../../rig/result.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { describeWith } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { login } from "./support/login.ts";
import { type Entry, publish } from "./support/published.ts";
import { tool } from "./support/shell.ts";

const ALONE = { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } };
const PATIENCE_MS = 120_000;

/** A user with so many sessions, nearly equal, and a `codex` that says where it runs and then sleeps, with no thread open. */
function crowded(sessions: number): { user: Sandbox; aliases: readonly string[] } {
  const user = sandbox({ ...ALONE, codex: "none" });
  const program = join(user.bin, "codex");
  const script = 'echo "$CODEX_HOME" > "$HOME/started/$$" && exec sleep 100000';
  writeFileSync(program, `#!/bin/sh\n${script}\n`);
  chmodSync(program, 0o755);
  mkdirSync(join(user.home, "started"));
  onTestFinished(() => {
    for (const { pid } of sleepers(user)) killed(pid);
  });
  const aliases = Array.from({ length: sessions }, (_, index) => `s${index}`);
  for (const alias of aliases) user.addAlias(alias, { authFile: login(alias) });
  // Some have a little more left, less than a turn counts: without a count everybody would take those.
  const entries = aliases.map((alias, index): [string, Entry] => {
    const used = 50 + index % 4;
    return [alias, { used: [used, used] }];
  });
  publish(user, Object.fromEntries(entries));
  return { user, aliases };
}

/** Every `codex` that was started, and in which session. */
function sleepers(user: Sandbox): { readonly pid: number; readonly alias: string }[] {
  const folder = join(user.home, "started");
  return readdirSync(folder).flatMap((name) => {
    const home = readFileSync(join(folder, name), "utf8").trim();
    return home === "" ? [] : [{ pid: Number(name), alias: basename(home) }];
  });
}

function killed(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // has ended by itself
  }
}

function leasesOf(user: Sandbox) {
  return parseLeases(readFileSync(join(user.root, "state/leases.json"), "utf8"));
}

/** How many there are of each alias. */
function tally(aliases: readonly string[], all: readonly (string | undefined)[]): number[] {
  return aliases.map((alias) => all.filter((each) => each === alias).length);
}

describe("sessions that are run at the same time", () => {
  test.each(ways)("are spread evenly, though none has a thread yet: %s", async (way) => {
    const [runs, sessions] = way === "compiled" ? [32, 8] : [8, 4];
    const { user, aliases } = crowded(sessions);
    const each = runs / sessions;
    const ends = Array.from({ length: runs }, () => finished(user.start(way, []), PATIENCE_MS));
    await until(() => sleepers(user).length === runs, "all of them run", PATIENCE_MS);
    expect(tally(aliases, sleepers(user).map(({ alias }) => alias))).toEqual(aliases.map(() => each));
    expect(aliases.map((alias) => leasesOf(user).get(alias)?.leases.length)).toEqual(
      aliases.map(() => each),
    );
    // The first session's are killed: it is free again, and its leases are gone from the file.
    for (const { pid, alias } of sleepers(user)) if (alias === aliases[0]) killed(pid);
    const gone = leasesOf(user).get(aliases[0]!)!.leases;
    await until(() => gone.every(({ pid }) => identityOf(pid) === undefined), "they are gone", PATIENCE_MS);
    const { stdout } = await user.run(way, ["pick"]);
    expect(stdout.split("\t")[0]).toBe(aliases[0]);
    expect(leasesOf(user).get(aliases[0]!)).toMatchObject({ leases: [], reservations: [expect.any(Number)] });
    for (const alias of aliases.slice(1)) expect(leasesOf(user).get(alias)?.leases).toHaveLength(each);
    for (const { pid } of sleepers(user)) killed(pid);
    await Promise.all(ends);
  }, PATIENCE_MS);

  test.each(ways)("are spread evenly, though only printed: %s", async (way) => {
    const [runs, sessions] = way === "compiled" ? [32, 8] : [8, 4];
    const { user, aliases } = crowded(sessions);
    const printed = await Promise.all(Array.from({ length: runs }, () => user.run(way, ["--print-command"])));
    const winners = printed.map(({ stdout }) => /sessions\/(\w+) codex\n$/.exec(stdout)?.[1]);
    const each = aliases.map(() => runs / sessions);
    expect(tally(aliases, winners)).toEqual(each);
    expect(aliases.map((alias) => leasesOf(user).get(alias)?.reservations.length)).toEqual(each);
    expect(aliases.flatMap((alias) => leasesOf(user).get(alias)?.leases)).toEqual([]);
  }, PATIENCE_MS);

  test("and by whatever command: each is a lease of the process that runs, or waits for, what was asked for", async () => {
    const { user } = crowded(2);
    const lines = [["new", "s0"], ["rr"], ["last"], ["--cmd", "codex"]];
    const ends: Promise<unknown>[] = [];
    for (const [index, args] of lines.entries()) {
      ends.push(finished(user.start("compiled", args), PATIENCE_MS));
      await until(() => sleepers(user).length === index + 1, `${args.join(" ")} runs`);
    }
    const all = [...leasesOf(user).values()].flatMap(({ leases }) => leases);
    expect(all).toHaveLength(lines.length);
    const parents = sleepers(user).map(({ pid }) => [pid, parentOf(pid)]);
    for (const { pid, startTime, bootId } of all) {
      expect(parents.some((family) => family.includes(pid)), `lease of ${pid}`).toBe(true);
      expect(identityOf(pid)).toEqual({ pid, startTime, bootId });
    }
    for (const { pid } of sleepers(user)) killed(pid);
    await Promise.all(ends);
  });
});

test.runIf(ways.includes("deno"))(
  "a runtime that may not look at processes ends nobody's lease and leaves none that nobody could end",
  async () => {
    const { user } = crowded(2);
    mkdirSync(join(user.root, "state"), { recursive: true });
    const mine = { ...ownIdentity(), atMs: 1 };
    const before = renderLeases(new Map([["s0", { leases: [mine], reservations: [] }]]));
    writeFileSync(join(user.root, "state/leases.json"), before);
    const [deno, ...words] = commandOf("deno");
    const may = [
      "--allow-read",
      "--allow-write",
      "--allow-env",
      "--allow-sys=uid,umask,homedir",
      "--allow-run",
    ];
    const line = [...words.flatMap((word) => word === "-A" ? may : [word]), "rr", "--cmd", "true"];
    expect((await tool(user, deno, line)).code).toBe(0);
    expect(leasesOf(user).get("s0")).toEqual({ leases: [mine], reservations: [expect.any(Number)] });
  },
);

describeWith(["strace"], "a pick that is killed at any of its steps", () => {
  test("leaves the leases whole, and the next pick goes on", { timeout: PATIENCE_MS }, async () => {
    const { user } = crowded(2);
    mkdirSync(join(user.root, "state"), { recursive: true });
    const mine = { ...ownIdentity(), atMs: 1 };
    const before = renderLeases(new Map([["s1", { leases: [mine], reservations: [] }]]));
    const ends = new Map<string, string[]>();
    // Each call has a count of its own.
    for (const call of ["write,pwrite64", "rename,renameat,renameat2", "link,linkat", "unlink,unlinkat"]) {
      const seen: string[] = [];
      for (let isDone = false; !isDone;) {
        writeFileSync(join(user.root, "state/leases.json"), before);
        const step = `${call} ${seen.length + 1}`;
        const inject = `inject=${call}:signal=SIGKILL:when=${seen.length + 1}`;
        const trace = ["-f", "-qq", "-o", "/dev/null", "-e", `trace=${call}`, "-e", inject];
        isDone = (await tool(user, "strace", [...trace, ...commandOf("compiled"), "pick"])).code === 0;
        expect(leasesOf(user).get("s1")?.leases, step).toEqual([mine]);
        const isNew = leasesOf(user).has("s0") || leasesOf(user).get("s1")!.reservations.length > 0;
        seen.push(isNew ? "new" : "old");
        const { code, stderr } = await user.run("compiled", ["pick"]);
        const said = expect.stringMatching(/^agentlb: using s\d .*\n$/);
        expect({ code, stderr }, step).toEqual({ code: 0, stderr: said });
      }
      ends.set(call, seen);
    }
    // Leases, the session's own state, the state of all; and the one before of the latter.
    expect(ends.get("rename,renameat,renameat2")).toEqual(["old", "new", "new", "new"]);
    expect(ends.get("unlink,unlinkat")).toEqual(["new", "new"]);
    expect(readdirSync(join(user.root, "state")).filter((name) => name.includes("corrupt"))).toEqual([]);
  });
});

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

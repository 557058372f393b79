import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sandbox } from "../../rig/in_test.ts";
import { patience } from "../../rig/patience.ts";
import { ways } from "../../rig/program.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { describeWith } from "../../rig/tools.ts";
import { checkedOutput } from "../schemas.ts";
import { changesOf, killedAt, refusedAt, withFullDisk } from "./support/killed.ts";
import { login } from "./support/login.ts";
import { treeOf } from "./support/tree.ts";

// What recovers by itself, or by a command, after a kill, a full disk, or a mistake; by the real program.

const ALONE = { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } };
/** A run of the program for each change of a file, and one or two more after it. */
const SWEEP = { timeout: patience(150_000) };
const WITHOUT_LOGINS = ["backup", "create"];

interface Entry {
  readonly name: string;
  readonly problem: string | null;
  readonly files: number;
}

const agentlb = (user: Sandbox, args: readonly string[]) => user.run("compiled", args);

async function backups(user: Sandbox): Promise<readonly Entry[]> {
  const { stdout } = await agentlb(user, ["backup", "list", "--json"]);
  return (checkedOutput(stdout) as unknown as { backups: readonly Entry[] }).backups;
}

/** Everything of a user but locks, backups and what a restore notes. */
const rootText = (user: Sandbox) =>
  treeOf(user.root, (path) => /^(locks|backups|state\/restoring.*|.*\/auth\.json\.lock)$/.test(path));

/** One session, and something remembered. */
function small(user: Sandbox): void {
  rmSync(user.root, { recursive: true, force: true });
  user.addAlias("work", { authFile: login("work") });
  put(user, "state/paused.json", '{"paused":["work"]}');
}

function put(user: Sandbox, path: string, text: string): void {
  mkdirSync(join(user.root, path, ".."), { recursive: true, mode: 0o700 });
  writeFileSync(join(user.root, path), text, { mode: 0o600 });
}

describeWith(["strace"], "killed before any change of a file", () => {
  test("backup create leaves no half backup: none is listed, and the next one is whole", SWEEP, async () => {
    const user = sandbox(ALONE);
    small(user);
    const args = [...WITHOUT_LOGINS, "--with-credentials"];
    const changes = await changesOf(user, args);
    expect(changes.length).toBeGreaterThan(20);
    const counts = new Set<number>();
    for (const [at, change] of changes.entries()) {
      const step = `killed before change ${at} (${change.call})`;
      small(user);
      expect((await killedAt(user, change, args)).code, step).not.toBe(0);
      const listed = await backups(user);
      expect(listed.filter(({ problem }) => problem !== null), step).toEqual([]);
      counts.add(listed.length);
      expect((await agentlb(user, args)).code, step).toBe(0);
      const names = readdirSync(join(user.root, "backups"));
      expect(names.filter((name) => name.startsWith(".")), step).toEqual([]);
      expect((await backups(user)).map(({ problem }) => problem), step)
        .toEqual(Array.from({ length: listed.length + 1 }, () => null));
    }
    expect([...counts].sort(), "before and after").toEqual([0, 1]);
  });

  test(
    "backup restore has changed nothing, or is finished by doctor --fix or the next backup",
    SWEEP,
    async () => {
      const user = sandbox(ALONE);
      /** A backup, and a root that differs from it; returns the name of the backup and both roots as text. */
      const prepare = async () => {
        small(user);
        const { stdout } = await agentlb(user, [...WITHOUT_LOGINS, "--with-credentials", "--json"]);
        const { name } = checkedOutput(stdout) as unknown as Entry;
        const then = rootText(user);
        put(user, "state/paused.json", '{"paused":[]}');
        writeFileSync(join(user.homeOf("work"), "config.toml"), "[features]\ndaemon_auto_start = false\n");
        rmSync(join(user.homeOf("work"), "auth.json"));
        return { name, then, now: rootText(user), args: ["backup", "restore", name, "--with-credentials"] };
      };
      const changes = await changesOf(user, (await prepare()).args);
      expect(changes.length).toBeGreaterThan(40);
      const ends = new Set<string>();
      for (const [at, change] of changes.entries()) {
        const { then, now, args } = await prepare();
        const next = at % 2 === 0 ? ["doctor", "--fix"] : WITHOUT_LOGINS;
        const step = `killed before change ${at} (${change.call}), then ${next.join(" ")}`;
        expect((await killedAt(user, change, args)).code, step).not.toBe(0);
        await agentlb(user, next);
        expect(existsSync(join(user.root, "state/restoring.json")), step).toBe(false);
        const text = withoutTemporaries(rootText(user));
        const isThen = text === then;
        if (!isThen) expect(text, step).toBe(now);
        ends.add(isThen ? "then" : "now");
        expect((await backups(user)).filter(({ problem }) => problem !== null), step).toEqual([]);
      }
      expect([...ends].sort()).toEqual(["now", "then"]);
    },
  );

  test(
    "doctor --fix leaves each file as it was or mended, and the next one mends the rest",
    SWEEP,
    async () => {
      const user = sandbox(ALONE);
      const spoil = () => {
        small(user);
        put(user, "state/global.json", "{");
        put(user, "supervisor.pid", "4000000\n");
        chmodSync(join(user.homeOf("work"), "auth.json"), 0o644);
        writeFileSync(join(user.homeOf("work"), "config.toml"), 'model = "x"\n');
      };
      spoil();
      const changes = await changesOf(user, ["doctor", "--fix"]);
      expect(changes.length).toBeGreaterThan(5);
      for (const [at, change] of changes.entries()) {
        const step = `killed before change ${at} (${change.call})`;
        spoil();
        await killedAt(user, change, ["doctor", "--fix"]);
        const settings = readFileSync(join(user.homeOf("work"), "config.toml"), "utf8");
        expect(settings, step).toMatch(/^model = "x"\n(\n\[features\]\ndaemon_auto_start = false\n)?$/);
        const { stdout, code } = await agentlb(user, ["doctor", "--fix", "--json"]);
        expect([code, checkedOutput(stdout)], step).toMatchObject([0, { faults: 0 }]);
        expect(readFileSync(join(user.homeOf("work"), "auth.json"), "utf8"), step).toBe(login("work"));
        const aside = readdirSync(join(user.root, "state")).filter((name) => name.includes(".corrupt-"));
        expect(aside, step).toHaveLength(1);
      }
    },
  );
});

/** What a kill may leave for an hour: a file that was being written. */
function withoutTemporaries(text: string): string {
  return text.replace(/^\d+ \S*\.[0-9a-f]{16}\.tmp\n(?: {4}.*\n?)*/gm, "");
}

const sortedText = (text: string) => text.split("\n").filter((line) => line !== "").sort().join("\n");

describeWith(["strace"], "where the disk refuses a change", () => {
  test("backup create makes a whole backup, or none and says so", SWEEP, async () => {
    const user = sandbox(ALONE);
    small(user);
    const before = rootText(user);
    for (const [at, change] of (await changesOf(user, WITHOUT_LOGINS)).entries()) {
      small(user);
      const { code } = await refusedAt(user, change, WITHOUT_LOGINS);
      const step = `refused change ${at} (${change.call})`;
      const listed = await backups(user);
      expect(listed.map(({ problem }) => problem), step).toEqual(listed.map(() => null));
      if (code === 0) expect(listed, step).toHaveLength(1);
      expect(sortedText(rootText(user)).includes(sortedText(before)) || code !== 0, step).toBe(true);
    }
  });

  test("nothing is restored when what is there can't be kept", async () => {
    const user = sandbox(ALONE);
    small(user);
    await agentlb(user, WITHOUT_LOGINS);
    const [{ name } = { name: "" }] = await backups(user);
    put(user, "state/paused.json", '{"paused":[]}');
    const before = rootText(user);
    expect(await withFullDisk(user, ["backup", "restore", name])).toMatchObject({ code: 1, stdout: "" });
    expect(rootText(user)).toBe(before);
    expect(await backups(user)).toHaveLength(1);
    expect((await agentlb(user, ["backup", "restore", name])).code).toBe(0);
  });
});

describe("backup", () => {
  test.each(ways)("keeps, lists and restores by %s", async (way) => {
    const user = sandbox(ALONE);
    small(user);
    const made = await user.run(way, ["backup", "create"]);
    expect(made).toMatchObject({ code: 0, stderr: "", stdout: expect.stringContaining("no logins") });
    const [name = ""] = made.stdout.split(" ");
    put(user, "state/paused.json", '{"paused":[]}');
    const restored = await user.run(way, ["backup", "restore", name]);
    expect(restored).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("restored: state/paused.json\n"),
    });
    expect(readFileSync(join(user.root, "state/paused.json"), "utf8")).toBe('{"paused":["work"]}');
    expect((await user.run(way, ["backup", "list"])).stdout.split("\n")).toEqual([
      expect.stringContaining(name),
      expect.stringContaining("before a restore"),
      "",
    ]);
  });

  test("says loudly that it holds logins", async () => {
    const user = sandbox(ALONE);
    small(user);
    const { stderr, stdout } = await agentlb(user, ["backup", "create", "--with-credentials"]);
    expect(stderr).toMatch(/^agentlb: warning: .* holds logins \(work\): whoever reads them/);
    expect(stdout).toContain("the login of work");
    const [name = ""] = stdout.split(" ");
    expect(statSync(join(user.root, "backups", name, "files/sessions/work/auth.json")).mode & 0o777).toBe(
      0o600,
    );
  });

  test.each([
    [["restore", "nope"], 2],
    [["restore", "../../etc"], 2],
    [["restore", "20261120T120000Z-0000"], 2],
    [["restore", "20261120T120000Z-0000", "--force"], 2],
    [["restore"], 2],
    [["list"], 0],
  ])("ends with the exit code of its kind of failure: %j", async (words, exit) => {
    const user = sandbox(ALONE);
    small(user);
    const { code, stderr } = await agentlb(user, ["backup", ...words]);
    expect([code, stderr !== ""]).toEqual([exit, true]);
  });
});

describe("doctor", () => {
  test.each(ways)("repairs, and says what it did, by %s", async (way) => {
    const user = sandbox(ALONE);
    small(user);
    put(user, "state/global.json", "{");
    chmodSync(user.root, 0o755);
    writeFileSync(join(user.homeOf("work"), "config.toml"), "");
    expect((await user.run(way, ["doctor"])).code).toBe(1);
    const { code, stdout } = await user.run(way, ["doctor", "--fix"]);
    expect([code, stdout.match(/^fixed {2}.*$/gm)?.length]).toEqual([0, 3]);
    expect((await user.run(way, ["doctor", "--fix"])).stdout).not.toContain("fixed");
  });

  test.each(ways)("writes a report without secrets by %s, and none over another file", async (way) => {
    const user = sandbox({ ...ALONE, env: { ...ALONE.env, USER: "canary-user" } });
    small(user);
    user.addAlias("canary-alias", { authFile: login("canary-mail") });
    expect((await user.run(way, ["doctor", "report.txt", "--bundle"])).code).toBe(0);
    const path = join(user.cwd, "report.txt");
    const text = readFileSync(path, "utf8");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    for (const secret of ["canary", "work", user.dir, "made-up", "eyJ"]) expect(text).not.toContain(secret);
    expect(text).toContain("codex-found");
    expect((await user.run(way, ["doctor", "report.txt", "--bundle"])).code).toBe(1);
    expect(readFileSync(path, "utf8")).toBe(text);
    symlinkSync(join(user.dir, "victim"), join(user.cwd, "link.txt"));
    expect((await user.run(way, ["doctor", "link.txt", "--bundle"])).code).toBe(1);
    expect(existsSync(join(user.dir, "victim"))).toBe(false);
    expect((await user.run(way, ["doctor", "report2.txt"])).code).toBe(2);
  });
});

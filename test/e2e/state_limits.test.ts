import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sandbox } from "../../rig/in_test.ts";
import { commandOf, ways } from "../../rig/program.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { describeWith } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { login } from "./support/login.ts";
import { published } from "./support/published.ts";
import { inShell, startShell, tool } from "./support/shell.ts";
import { openToOthers } from "./support/tree.ts";
import { finished } from "../../rig/result.ts";

const ALONE = { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } };
const RR = ["rr", "--print-command"];

/** All files of the state, by name. */
function stateOf(user: Sandbox): Record<string, string> {
  const folder = join(user.root, "state");
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.json$/.test(name)
  );
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

describe.each(ways)("started by %s", (way) => {
  test("a limit of file sizes ends a pick, and the state stays as it was", async () => {
    const user = sandbox(ALONE);
    for (const alias of ["a", "b"]) user.addAlias(alias);
    await user.run("compiled", RR);
    const path = join(user.root, "state/global.json");
    // Blocks of 512 or 1024 bytes: the new state would be cut in the middle.
    const long = readFileSync(path, "utf8").replace("{", `{\n  "theirs": "${"x".repeat(20_000)}",`);
    writeFileSync(path, long);
    const { code, signal, stdout, stderr } = await inShell(user, 'ulimit -f 8; exec "$@"', way, RR);
    expect(stdout).toBe("");
    // The system ends a program by a signal, unless its runtime leaves that to the program.
    if (signal === null) expect([code, stderr]).toEqual([1, expect.stringMatching(/Cannot write .*EFBIG/)]);
    else expect(signal).toBe("SIGXFSZ");
    expect(readFileSync(path, "utf8")).toBe(long);
    expect((await user.run(way, RR)).code).toBe(0);
    expect(JSON.parse(readFileSync(path, "utf8")).theirs).toBe("x".repeat(20_000));
    expect(Object.keys(stateOf(user)).filter((name) => name.includes("corrupt"))).toEqual([]);
  });
});

/** Runs a program where files of the system are hidden by an empty one. */
function without(user: Sandbox, hidden: readonly string[], words: readonly string[]) {
  const empty = join(user.dir, "empty");
  writeFileSync(empty, "");
  const binds = hidden.map((path) => `mount --bind '${empty}' '${path}' && `).join("");
  return tool(user, "unshare", ["-m", "sh", "-c", `${binds}exec "$@"`, "sh", ...words]);
}

describeWith(process.getuid?.() === 0 ? ["unshare", "mount"] : ["a user that is root"], "Node", () => {
  const flock = existsSync("/usr/bin/flock") ? [realpathSync("/usr/bin/flock")] : [];
  const perl = existsSync("/usr/bin/perl") ? [realpathSync("/usr/bin/perl")] : [];

  test.runIf(ways.includes("node") && perl.length > 0)(
    "locks by perl where there is no flock(1)",
    async () => {
      const user = sandbox(ALONE);
      user.addAlias("a");
      expect(await without(user, flock, [...commandOf("node"), ...RR])).toMatchObject({ code: 0 });
      expect(stateOf(user)["global.json"]).toContain('"a"');
    },
  );

  test.runIf(ways.includes("node"))("writes nothing where neither can lock", async () => {
    const user = sandbox(ALONE);
    user.addAlias("a");
    await user.run("compiled", RR);
    const before = stateOf(user);
    const { code, stdout, stderr } = await without(user, [...flock, ...perl], [...commandOf("node"), ...RR]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/Cannot lock \S+state\.lock: neither flock\(1\) nor perl works here/);
    expect(stateOf(user)).toEqual(before);
  });
});

describeWith(["flock"], "a lock that is held for longer than a command waits", () => {
  test.runIf(ways.includes("compiled"))(
    "by a stopped process makes the command fail, and nothing is written",
    async () => {
      const user = sandbox(ALONE);
      user.addAlias("a");
      await user.run("compiled", RR);
      const before = stateOf(user);
      const holder = startShell(
        user,
        'exec flock "$1" sh -c "echo held; kill -STOP \\$\\$"',
        [
          join(user.root, "locks/state.lock"),
        ],
      );
      await new Promise((resolve) => holder.stdout!.once("data", resolve));
      try {
        const { code, stdout, stderr } = await user.run("compiled", RR);
        expect([code, stdout]).toEqual([1, ""]);
        expect(stderr).toMatch(/Cannot lock \S+state\.lock: another process has held it for 10 s/);
        expect(stateOf(user)).toEqual(before);
      } finally {
        process.kill(-holder.pid!, "SIGKILL");
      }
      expect((await user.run("compiled", RR)).code).toBe(0);
    },
  );
});

describe("whatever the umask", () => {
  test.each(ways)("what the supervisor makes is for its owner alone: %s", async (way) => {
    const env = { AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "0", AGENTLB_DAEMON_START_TIMEOUT_MS: "100000" };
    const user = sandbox({ env });
    for (const alias of ["a", "b"]) user.addAlias(alias, { authFile: login(alias) });
    const open = 'umask 000; exec "$@"';
    const lines = [["supervisor", "start", "--background"], ["rr"], ["pause", "b"], ["bind", "a", "--here"]];
    for (const line of lines) expect((await inShell(user, open, way, line)).code, line.join(" ")).toBe(0);
    const results = () => ["a", "b"].map((alias) => published(user)?.sessions?.[alias]?.lastProbeResult);
    await until(() => results().join() === "ok,ok", "both were asked");
    await until(() => existsSync(join(user.root, "readings.json")), "the readings are written");
    expect((await inShell(user, open, way, ["rm", "b"])).code).toBe(0);
    expect((await inShell(user, open, way, ["supervisor", "stop"])).code).toBe(0);
    const made = readdirSync(user.root, { recursive: true, encoding: "utf8" });
    for (const name of ["status.json", "supervisor.log", "state/leases.json", "state/paused.json", "trash"]) {
      expect(made).toContain(name);
    }
    // What Codex makes in a home is its own.
    expect(
      openToOthers(user.root).filter((path) =>
        !/\/sessions\/[^/]+\/|\/home\//.test(path.slice(user.root.length))
      ),
    )
      .toEqual([]);
  });

  test.each(ways)("what sharing makes is, too: %s", async (way) => {
    const user = sandbox(ALONE);
    user.addAlias("a");
    mkdirSync(join(user.home, ".codex"));
    writeFileSync(join(user.home, ".codex/config.toml"), 'model = "x"\n');
    const child = startShell(user, 'umask 000; exec "$@"', [...commandOf(way), "share", "a"]);
    child.stdin!.end();
    expect(await finished(child, 20_000)).toMatchObject({ code: 0 });
    expect(readdirSync(user.homeOf("a"))).toContain("shared.json");
    expect(openToOthers(user.root)).toEqual([]);
  });
});

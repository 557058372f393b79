import {
  chmodSync,
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sandbox } from "../../rig/in_test.ts";
import { commandOf } from "../../rig/program.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { describeWith } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { appServersOf } from "./support/daemons.ts";
import { login } from "./support/login.ts";
import { publish } from "./support/published.ts";
import { tool } from "./support/shell.ts";

const ALONE = { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } };

test("a file with a thousand keys of another program is named in twenty lines and their number", async () => {
  const user = sandbox(ALONE);
  user.addAlias("a");
  const keys = Array.from({ length: 1000 }, (_, at) => `strange_${at} = 1\n`);
  writeFileSync(join(user.root, "config.toml"), `[sessions]\n${keys.join("")}`);
  const { code, stderr } = await user.run("compiled", ["pick"]);
  const warnings = stderr.split("\n").filter((line) => line.includes("config.toml"));
  expect(code).toBe(0);
  expect(warnings).toHaveLength(21);
  expect(warnings[0]).toMatch(/line 2: sessions\.strange_0 is not a key of agentlb$/);
  expect(warnings[20]).toMatch(/: 980 more like these$/);
});

describe("config init", () => {
  test("writes every key with its default, and what it writes changes nothing", async () => {
    const user = sandbox(ALONE);
    for (const alias of ["a", "b"]) user.addAlias(alias);
    publish(user, { a: { used: [80, 20] }, b: { used: [20, 80], appServer: { restartCount: 3 } } });
    const before = JSON.parse((await user.run("compiled", ["status", "--json"])).stdout);
    expect((await user.run("compiled", ["config", "init"])).stdout).toBe(
      `${join(user.root, "config.toml")}\n`,
    );
    const after = JSON.parse((await user.run("compiled", ["status", "--json"])).stdout);
    expect(after).toEqual(before);
    const text = readFileSync(join(user.root, "config.toml"), "utf8");
    for (
      const line of [
        "[runner]",
        'default_command = "codex"',
        "pass_env = []",
        "[sessions]",
        "stale_sec = 420",
      ]
    ) {
      expect(text.split("\n")).toContain(line);
    }
  });

  test("does not overwrite without --force, and nothing else ever writes it", async () => {
    const user = sandbox(ALONE);
    user.addAlias("a");
    const config = join(user.root, "config.toml");
    for (const args of [["new", "a"], ["rr"], ["last"], ["pick"], ["status"]]) {
      expect((await user.run("compiled", args)).code, args.join(" ")).toBe(0);
    }
    expect(readdirSync(user.root)).not.toContain("config.toml");
    writeFileSync(config, "# mine\n");
    expect(await user.run("compiled", ["config", "init"])).toMatchObject({
      code: 1,
      stdout: "",
      stderr: `agentlb: error: ${config} exists already\n` +
        "agentlb: hint: see it with: agentlb config show; replace it by the defaults with: agentlb config init --force\n",
    });
    expect(readFileSync(config, "utf8")).toBe("# mine\n");
    expect((await user.run("compiled", ["config", "init", "--force"])).code).toBe(0);
    expect(readFileSync(config, "utf8")).toContain("[runner]");
  });

  test("replaces what a link leads to, and the link stays", async () => {
    const user = sandbox(ALONE);
    user.addAlias("a");
    const real = join(user.home, "dotfiles.toml");
    writeFileSync(real, "# mine\n");
    symlinkSync(real, join(user.root, "config.toml"));
    expect((await user.run("compiled", ["config", "init", "--force"])).code).toBe(0);
    expect(readFileSync(real, "utf8")).toContain("[runner]");
    expect(readFileSync(join(user.root, "config.toml"), "utf8")).toContain("[runner]");
  });

  describeWith(["strace"], "killed at any of its steps", () => {
    test("leaves the old file or the new one, whole", async () => {
      const user = sandbox(ALONE);
      user.addAlias("a");
      await user.run("compiled", ["config", "init"]);
      const config = join(user.root, "config.toml");
      const fresh = readFileSync(config, "utf8");
      const steps = "write,pwrite64,fsync,rename,renameat,renameat2";
      const seen = new Set<string>();
      for (let step = 1, isDone = false; !isDone; step++) {
        writeFileSync(config, "# mine\n");
        const inject = ["-e", `trace=${steps}`, "-e", `inject=${steps}:signal=SIGKILL:when=${step}`];
        const words = [
          "-f",
          "-qq",
          "-o",
          "/dev/null",
          ...inject,
          ...commandOf("compiled"),
          "config",
          "init",
          "--force",
        ];
        isDone = (await tool(user, "strace", words)).code === 0;
        const text = readFileSync(config, "utf8");
        expect([fresh, "# mine\n"], `step ${step}`).toContain(text);
        seen.add(text === fresh ? "new" : "old");
      }
      expect([...seen].sort()).toEqual(["new", "old"]);
      expect(statSync(config).mode & 0o777).toBe(0o600);
    });
  });
});

describe("a running supervisor", () => {
  /** A user of two sessions whose supervisor has asked for both, and waits. */
  async function supervised(): Promise<Sandbox> {
    const user = sandbox({ env: { AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "0" } });
    for (const alias of ["a", "b"]) user.addAlias(alias, { authFile: login(alias) });
    await user.run("compiled", ["supervisor", "start", "--background"]);
    await until(() => user.fake.happened("exit").length === 2, "all were asked once");
    return user;
  }

  test("reads config.toml again when it changes, and keeps what it had when it can't be read", async () => {
    const user = await supervised();
    const configure = (text: string) => {
      writeFileSync(join(user.root, "new.toml"), text);
      renameSync(join(user.root, "new.toml"), join(user.root, "config.toml"));
    };
    configure('[supervisor]\nmanaged = "all"\n');
    await until(() => appServersOf(user).length === 2, "every session has an app-server");
    configure("[supervisor\n");
    const log = () => readFileSync(join(user.root, "supervisor.log"), "utf8");
    await until(() => log().includes("cannot read config.toml"), "that is written down");
    expect(appServersOf(user)).toHaveLength(2);
    configure('[supervisor]\nmanaged = "none"\n');
    await until(() => appServersOf(user).length === 0, "no session has one");
  });

  test("has read all of it in the end, also when an editor empties it first", async () => {
    const user = await supervised();
    for (let round = 0; round < 10; round++) {
      const [managed, count] = round % 2 === 0 ? ["all", 2] as const : ["none", 0] as const;
      const fd = openSync(join(user.root, "config.toml"), "w");
      // Within a millisecond: then one of the two changes is not told.
      for (const end = performance.now() + 0.3 + round / 15; performance.now() < end;);
      writeSync(fd, `[supervisor]\nmanaged = "${managed}"\n`);
      closeSync(fd);
      await until(() => appServersOf(user).length === count, `${count} app-servers`);
    }
  });

  test("runs the codex that is configured, not the one on PATH", async () => {
    const user = sandbox();
    user.addAlias("a", { authFile: login("a") });
    const own = join(user.dir, "own");
    await tool(user, "mkdir", [own]);
    const program = join(own, "codex");
    writeFileSync(
      program,
      readFileSync(user.fake.program, "utf8").replace("exec ", "export WHICH=own; exec "),
    );
    chmodSync(program, 0o755);
    writeFileSync(join(user.root, "config.toml"), `[runner]\ndefault_command = "${program} --model x"\n`);
    expect((await user.run("compiled", ["rr", "--", "go"])).code).toBe(0);
    await until(
      () => user.fake.started().some(({ args }) => args[0] === "app-server"),
      "an app-server was started",
    );
    // A probe may have come before the app-server that stays.
    expect(new Set(user.fake.started().map(({ env }) => env.WHICH))).toEqual(new Set(["own"]));
    expect(user.fake.started().map(({ args }) => args.join(" "))).toContain("--model x go");
    writeFileSync(join(user.root, "config.toml"), `[supervisor]\ncodex = "${user.fake.program}"\n`);
    await user.run("compiled", ["supervisor", "restart"]);
    const isOther = () =>
      user.fake.started().some(({ env, args }) => args[0] === "app-server" && env.WHICH !== "own");
    await until(isOther, "the other one was started");
  });
});

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../../lib/cli/main.ts";
import type { Launch } from "../../../lib/core/shell/launch.ts";
import type { Captured } from "../../../lib/io/process/capture.ts";
import type { Exit } from "../../../lib/io/process/spawn.ts";
import { authFile, type Given, type World, world } from "../world.ts";

const ME = authFile("me@x");

async function run(user: World, line: string, given: Given = {}) {
  [user.out, user.err] = ["", ""];
  user.launches.length = 0;
  const foreground = (launch: Launch): Exit => {
    writeFileSync(join(launch.env.CODEX_HOME!, "auth.json"), ME);
    return { code: 0 };
  };
  return await main(user.host({ foreground, ...given, args: line.split(" ") }));
}

const isVersion = (version: string) => (launch: Launch): Captured =>
  launch.args[0] === "--version"
    ? { exit: { code: 0 }, stdout: `codex-cli ${version}\n`, stderr: "" }
    : { exit: { code: 1 }, stdout: "", stderr: "Not logged in\n" };
const logins = (user: World) =>
  user.launches.filter(({ args }) => args[0] === "login" && args[1] !== "status").map(({ args }) => args);

describe("--device-auth", () => {
  it.each(["new a", "login a", "init a"])("is given to codex login: agentlb %s", async (line) => {
    const user = world();
    if (line.startsWith("login")) user.session("a", { "auth.json": ME });
    expect(await run(user, `${line} --device-auth`, { capture: isVersion("0.90.0") })).toBe(0);
    expect(logins(user)).toEqual([["login", "--device-auth"]]);
  });

  it("is added to the options of a configured codex login, once", async () => {
    const user = world();
    user.write(`[runner]\nlogin_command = "codex login -c a=b"\n`, "config.toml");
    await run(user, "new a --device-auth");
    expect(logins(user)).toEqual([["login", "-c", "a=b", "--device-auth"]]);
    user.write(`[runner]\nlogin_command = "codex login --device-auth"\n`, "config.toml");
    await run(user, "new b --device-auth");
    expect(logins(user)).toEqual([["login", "--device-auth"]]);
  });

  it.each(["other login", "codex", "codex login --with-api-key"])(
    "is wrong usage with the configured login command %j, and nothing is made",
    async (command) => {
      const user = world();
      user.write(`[runner]\nlogin_command = "${command}"\n`, "config.toml");
      expect(await run(user, "new a --device-auth")).toBe(2);
      expect(user.err).toContain(`Cannot use --device-auth with the login command "${command}"`);
      expect(user.has("sessions", "a")).toBe(false);
      expect(user.launches).toEqual([]);
    },
  );

  it.each(["new", "login", "init"])("excludes --login-cmd: agentlb %s", async (name) => {
    const user = world();
    expect(await run(user, `${name} a --device-auth --login-cmd codex`)).toBe(2);
    expect(user.err).toContain("--device-auth and --login-cmd can't be used together");
  });

  it("is refused in one line by the version of a Codex that lacks it, and nothing is made", async () => {
    const user = world();
    expect(await run(user, "new a --device-auth", { capture: isVersion("0.45.0") })).toBe(1);
    expect(user.err).toContain("agentlb: error: codex 0.45 has no login with --device-auth\n");
    expect(user.has("sessions", "a")).toBe(false);
  });

  it("is tried with a Codex whose version is not known", async () => {
    const user = world();
    expect(await run(user, "new a --device-auth")).toBe(0);
    expect(logins(user)).toEqual([["login", "--device-auth"]]);
  });
});

describe("the words before a login", () => {
  it("speak of a browser only where one is used", async () => {
    const user = world();
    user.write(`[runner]\nlogin_command = "codex login --with-api-key"\n`, "config.toml");
    await run(user, "new a");
    expect(user.err).toContain('agentlb: log in to "a" now\n');
  });
});

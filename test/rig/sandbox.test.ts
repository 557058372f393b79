import { spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runCodex } from "../../rig/codex.ts";
import { backend, sandbox } from "../../rig/in_test.ts";
import { processesOf } from "../../rig/leftover.ts";
import { finished } from "../../rig/result.ts";
import { makeSandbox } from "../../rig/sandbox.ts";
import { until } from "../../rig/until.ts";

const HERE = process.platform === "linux";

test("a sandbox leaves nothing behind", async () => {
  const user = makeSandbox();
  user.addAlias("a");
  await user.close();
  expect(existsSync(user.dir)).toBe(false);
});

test.runIf(HERE)("closing a sandbox fails when one of its processes is left, and ends that one", async () => {
  const user = makeSandbox({ leaveMs: 50 });
  const child = spawn("sleep", ["60"], { env: user.env, stdio: "ignore" });
  const end = new Promise((resolve) => child.on("exit", (_, signal) => resolve(signal)));
  await until(() => processesOf(user.home).length === 1, "sleep runs");
  await expect(user.close()).rejects.toThrow("sleep 60");
  expect(await end).toBe("SIGKILL");
});

test.runIf(HERE)("closing a sandbox ends the supervisor that its lock file names", async () => {
  const user = makeSandbox();
  const child = spawn("sleep", ["60"], { env: user.env, stdio: "ignore" });
  const end = new Promise((resolve) => child.on("exit", (_, signal) => resolve(signal)));
  mkdirSync(join(user.root, "locks"), { recursive: true });
  writeFileSync(join(user.root, "locks", "supervisor.lock"), `{"pid":${child.pid}}\n`);
  await until(() => processesOf(user.home).length === 1, "sleep runs");
  await user.close();
  expect(await end).toBe("SIGTERM");
});

test.runIf(HERE)("a supervisor of somebody else is left alone", async () => {
  const user = makeSandbox();
  const child = spawn("sleep", ["60"], { stdio: "ignore" });
  onTestFinished(() => void child.kill());
  mkdirSync(join(user.root, "locks"), { recursive: true });
  writeFileSync(join(user.root, "locks", "supervisor.lock"), `{"pid":${child.pid}}\n`);
  await user.close();
  expect(child.signalCode).toBeNull();
});

test("the real Codex is refused where no fake service is named", async () => {
  const service = await backend();
  const user = sandbox({ codex: "real" });
  const codex = (home: string, args: readonly string[]) => {
    const child = spawn("codex", args, {
      env: { ...user.env, CODEX_HOME: home },
      cwd: user.cwd,
      stdio: "pipe",
    });
    child.stdin?.end();
    return finished(child, 20_000);
  };
  const bare = user.homeOf("bare");
  mkdirSync(bare, { recursive: true });
  expect((await codex(bare, ["exec", "hi"])).code).toBe(97);
  expect(() => runCodex(bare, ["exec", "hi"])).toThrow("no fake chatgpt_base_url");

  const foreign = user.addAlias("foreign", {
    backend: service,
    authFile: service.authFile("x").replace(service.url, "https://issuer.invalid"),
  });
  expect((await codex(foreign, ["exec", "hi"])).code).toBe(97);
  expect(() => runCodex(foreign, ["exec", "hi"])).toThrow("refreshes at https://issuer.invalid");

  const good = user.addAlias("good", { backend: service, account: "acct-good" });
  expect((await codex(good, ["exec", "--skip-git-repo-check", "hi"])).stdout).toContain("fake answer");
  expect((await codex(bare, ["login", "status"])).stderr).toContain("Not logged in");
  await codex(good, ["logout"]);
  expect(service.find({ path: "/oauth/revoke", account: "acct-good" })).toHaveLength(1);
});

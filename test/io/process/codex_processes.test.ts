import { spawn } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { system } from "../../../lib/io/platform/here.ts";
import { codexIn } from "../../../lib/io/process/codex_processes.ts";
import { until } from "../../../rig/until.ts";

/** Starts a script called `codex` in a home by a program that calls itself `argv0`. */
async function started(argv0: string): Promise<{ readonly pid: number; readonly home: string }> {
  const home = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-codex-")));
  writeFileSync(join(home, "codex"), ": > ready; read line\n");
  const child = spawn("/bin/sh", [join(home, "codex"), "codex"], {
    argv0,
    cwd: home,
    env: { CODEX_HOME: home },
    stdio: "pipe",
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
    rmSync(home, { recursive: true, force: true });
  });
  await until(() => system.startTimeOf(child.pid!) !== undefined, "it runs");
  return { pid: child.pid!, home };
}

describe.runIf(system.processes !== undefined)("a process in a home", () => {
  it("is a Codex by its name, or by that of its script", async () => {
    for (const argv0 of ["sh", "/opt/codex-1/bin/codex", "codex.exe"]) {
      const { pid, home } = await started(argv0);
      await until(() => codexIn(home).includes(pid), `${argv0} is seen`);
    }
  });

  it("is none when it is agentlb, whatever its arguments are", async () => {
    const { pid, home } = await started("/usr/local/bin/agentlb");
    await until(
      () => system.processes!.commandLineOf(pid)[0] === "/usr/local/bin/agentlb",
      "it has its name",
    );
    expect(codexIn(home)).toEqual([]);
  });
});

import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sandbox } from "../../rig/in_test.ts";
import { processesOf } from "../../rig/leftover.ts";
import { ways } from "../../rig/program.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { until } from "../../rig/until.ts";

/** A user whose codex does this when it is asked for its version or its login, and ends at once otherwise. */
function userWith(answer: string): Sandbox {
  const user = sandbox({ codex: "none", env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
  const path = join(user.bin, "codex");
  writeFileSync(path, `#!/bin/sh\ncase "$*" in "login status"|--version) ${answer} ;; esac\n`);
  chmodSync(path, 0o755);
  return user;
}

const left = (user: Sandbox) => processesOf(user.home).map(({ command }) => command);

describe.each([
  ["hangs, with a child of its own", "sleep 1000", "no answer in 15 s", "no answer in 10 s"],
  ["prints without end", "yes", "its answer has no end", "its answer has no end"],
])("a codex that %s", (_, answer, status, version) => {
  test.each(ways)("is given up by new, with words, and nothing of it stays (%s)", async (way) => {
    const user = userWith(answer);
    user.addAlias("x");
    const { code, stderr } = await user.run(way, ["new", "x"], { timeoutMs: 60_000 });
    expect(stderr).toContain(`agentlb: warning: ${user.bin}/codex login status: ${status}\n`);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(code).toBe(0);
    await until(() => left(user).length === 0, () => `nothing is left: ${left(user).join("\n")}`);
  });

  test("is given up by doctor and init", async () => {
    const user = userWith(answer);
    const said = `${user.bin}/codex does not tell its version: ${version}`;
    const [doctor, init] = await Promise.all([
      user.run("compiled", ["doctor"], { timeoutMs: 60_000 }),
      user.run("compiled", ["init", "a"], { timeoutMs: 60_000 }),
    ]);
    expect(doctor.stdout).toContain(said);
    expect(init.stderr).toContain(said);
    await until(() => left(user).length === 0, () => `nothing is left: ${left(user).join("\n")}`);
  });
});

/** What is in the place of a file that a command writes is never written through, and what another user owns is not believed. */
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { sandbox } from "../../rig/in_test.ts";
import { patience } from "../../rig/patience.ts";
import { plant } from "../odd_files.ts";
import { login } from "./support/login.ts";

const ALONE = { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } };

/** Files of ours, and commands that write them. */
const WRITTEN: readonly (readonly [file: string, ...commands: string[]])[] = [
  ["state/global.json", "rm a", "rename a b", "rr --print-command"],
  ["state/leases.json", "rm a", "rename a b", "rr --print-command"],
  ["state/paused.json", "rm a", "rename a b", "pause a"],
  ["state/sessions/a.json", "rm a", "rename a b", "clear a", "rr --print-command"],
  ["state/bindings.json", "rm a", "rename a b", "bind a"],
  ["state/move.json", "rm a", "rename a b"],
];

describe.each(["compiled"] as const)("started by %s", (way) => {
  test.each(["link", "named pipe", "socket", "folder"] as const)(
    "a %s in the place of a file that a command writes is named before anything is done",
    async (kind) => {
      const user = sandbox();
      const target = join(user.dir, "target");
      for (const [file, ...commands] of WRITTEN) {
        for (const command of commands) {
          rmSync(join(user.root, "sessions"), { recursive: true, force: true });
          user.addAlias("a", { authFile: login("a") });
          const path = join(user.root, file);
          if (kind !== "link") plant(kind, path);
          else {
            mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
            writeFileSync(target, "{}");
            symlinkSync(target, path);
          }
          const { code, stderr } = await user.run(way, command.split(" "), ALONE);
          expect([command, file, code, stderr]).toEqual([command, file, 1, expect.stringContaining(path)]);
          expect(stderr).not.toMatch(/^\s+at /m);
          expect(existsSync(user.homeOf("a"))).toBe(true);
          if (kind === "link") expect(readFileSync(target, "utf8")).toBe("{}");
          rmSync(path, { recursive: true, force: true });
        }
      }
    },
    patience(120_000),
  );
});

describe.runIf(process.getuid?.() === 0)("what belongs to another user,", () => {
  test("a config.toml, chooses no command: it is refused by name", async () => {
    const user = sandbox();
    user.addAlias("a", { authFile: login("a") });
    const config = join(user.root, "config.toml");
    writeFileSync(config, '[runner]\ndefault_command = "/tmp/chosen"\n');
    expect((await user.run("compiled", ["rr", "--print-command"], ALONE)).stdout).toContain("/tmp/chosen");
    chownSync(config, 12_345, 12_345);
    const { code, stdout, stderr } = await user.run("compiled", ["rr", "--print-command"], ALONE);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(`Cannot read ${config}: it belongs to another user (uid 12345)`);
  });
});

import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { TREE } from "../../rig/codex.ts";
import { sandbox } from "../../rig/in_test.ts";
import { commandOf, ways } from "../../rig/program.ts";
import { finished } from "../../rig/result.ts";

test("the bundle is one file that needs nothing but Node", () => {
  const text = readFileSync(join(TREE, "dist/js/agentlb.js"), "utf8");
  expect(text).toMatch(/^#!\/usr\/bin\/env node\n/);
  const imports = [...text.matchAll(/^import\b[^"';]*["']([^"']+)["'];?$/gm)].map((match) => match[1]);
  expect(imports.filter((name) => !name?.startsWith("node:"))).toEqual([]);
});

describe.each(ways)("started by %s", (way) => {
  test("says the same help", async () => {
    const user = sandbox();
    const help = await user.run(way, ["--help"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toContain("CODEX_HOME");
  });

  test("is started by the words that the rig gives", async () => {
    const user = sandbox();
    const [file, ...args] = commandOf(way);
    const ended = await finished(
      spawn(file, [...args, "--nope"], { env: user.env, cwd: user.cwd, stdio: "pipe" }),
      20_000,
    );
    expect(ended.code).toBe(2);
  });
});

test("another compiled program, and the scripts on Deno and Bun too, can be what is tested", async () => {
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const user = sandbox();
  for (const name of ["other", "agentlb.js"]) writeFileSync(join(user.dir, name), "");
  vi.stubEnv("RIG_PROGRAM", join(user.dir, "other"));
  vi.stubEnv("RIG_SCRIPT", user.dir);
  vi.resetModules();
  const told = await import("../../rig/program.ts");
  expect(told.commandOf("compiled")).toEqual([join(user.dir, "other")]);
  for (const way of ["deno", "bun", "node"] as const) {
    expect(told.commandOf(way).at(-1)).toBe(join(user.dir, "agentlb.js"));
  }
  vi.stubEnv("RIG_PROGRAM", join(user.dir, "gone"));
  vi.resetModules();
  const { commandOf } = await import("../../rig/program.ts");
  expect(() => commandOf("compiled")).toThrow("gone is not there");
});

test.runIf(ways.includes("compiled"))(
  "files where the user stands don't change the compiled program",
  async () => {
    const user = sandbox();
    writeFileSync(join(user.cwd, "bunfig.toml"), 'preload = ["./evil.ts"]\n');
    writeFileSync(join(user.cwd, "evil.ts"), "process.exit(99);\n");
    writeFileSync(join(user.cwd, ".env"), "AGENTLB_HOME=relative\n");
    expect((await user.run("compiled", ["status"], { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } })).code).toBe(
      0,
    );
  },
);

import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { TREE } from "../../rig/codex.ts";
import { commandOf } from "../../rig/program.ts";

const SCRIPT = `
import { readFileSync } from "node:fs";
import { inside, isInside } from ${JSON.stringify(join(TREE, "scripts/isolated.ts"))};
if (isInside()) {
  const table = process.platform === "linux" ? readFileSync("/proc/net/dev", "utf8") : "";
  const devices = table.split("\\n").slice(2).flatMap((line) => line.split(":")[0].trim() || []);
  const { RIG_NETNS, RIG_MARK } = process.env;
  console.log(JSON.stringify({ devices, RIG_NETNS, RIG_MARK, args: process.argv.slice(2) }));
  process.exitCode = 3;
} else process.exitCode = inside(process.argv[1], { RIG_MARK: "passed on" });
`;

const NOBODY = 65534;
const asNobody = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
const isRootAlone = process.env.RIG_NETNS === "1";

/** Whether another user can read this tree. */
function isReadable(): boolean {
  return spawnSync("setpriv", [...asNobody.slice(1), "cat", join(TREE, "scripts/isolated.ts")]).status === 0;
}

/** Runs a script that starts itself again in isolation, as this user or behind words that make another of it. */
function run(before: readonly string[] = []) {
  const dir = mkdtempSync(join(tmpdir(), "agentlb-isolated-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  chmodSync(dir, 0o755);
  const script = join(dir, "script.ts");
  writeFileSync(script, SCRIPT);
  const [bun] = commandOf("bun");
  const { RIG_INSIDE: _, RIG_NETNS: __, ...env } = process.env;
  const [file = "", ...args] = [...before, bun, script, "a word", "$HOME"];
  const { status, stdout, stderr } = spawnSync(file, args, { env, encoding: "utf8" });
  const lines = stdout.trim().split("\n");
  return { status, stderr, told: lines.slice(0, -1), said: JSON.parse(lines.at(-1) ?? "") };
}

describe("a script that starts itself again", () => {
  test("gets its words, its marks and its exit code through", () => {
    const { status, said } = run();
    expect(said).toMatchObject({ RIG_MARK: "passed on", args: ["a word", "$HOME"] });
    expect(status).toBe(3);
  });

  // What RIG_NETNS says of this process holds for one that it starts.
  test.runIf(isRootAlone)("as root has nothing but loopback", () => {
    expect(run()).toMatchObject({ told: [], said: { devices: ["lo"], RIG_NETNS: "1" } });
  });

  test.runIf(isRootAlone && isReadable())("as another user goes on where it is, and says so", () => {
    const { status, told, said } = run(asNobody);
    expect(told).toEqual(["no network namespace here: proxies on loopback keep everything inside"]);
    expect(said.RIG_NETNS).toBe(undefined);
    expect([status, said.RIG_MARK]).toEqual([3, "passed on"]);
  });
});

import { spawn } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { listAuthFiles, withoutBackups } from "../../../../lib/app/pool/pick/auth_files.ts";
import { resolvedPath } from "../../../../lib/io/files/read.ts";
import { PYTHON } from "../../../core/pool/python/with_python.ts";
import { describeWith } from "../../../../rig/tools.ts";
import { poolWorld } from "../pool_world.ts";

/** Replaces a file again and again, keeping the one before, as we do with the state; says so once. */
const REPLACER = `
import os, sys
path = sys.argv[1]
print("on it", flush=True)
while True:
    with open(path + ".new", "w") as file: file.write("{}")
    if os.path.exists(path + ".prev"): os.unlink(path + ".prev")
    os.link(path, path + ".prev")
    os.rename(path + ".new", path)
`;

describeWith(["python3"], "a file that is replaced at this very instant", () => {
  test("keeps its name", async () => {
    const pool = poolWorld();
    const real = join(pool.dir, "auth.json");
    writeFileSync(real, "{}");
    symlinkSync(real, join(pool.team, "link"));
    const replacer = spawn(PYTHON, ["-I", "-c", REPLACER, real], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void replacer.kill("SIGKILL"));
    await new Promise((resolve) => replacer.stdout.once("data", resolve));
    const names = new Set<string>();
    for (let n = 0; n < 200_000; n++) names.add(resolvedPath(real));
    for (let n = 0; n < 2_000; n++) listAuthFiles(pool.team, "*").forEach((path) => names.add(path));
    expect([...names]).toEqual([real]);
  });
});

test("a name takes no time to be told from that of a backup, however many digits it has", () => {
  const names = [`a.bak${"1".repeat(240)}!`, `a-bak${"1".repeat(240)}!.json`, `a.old${"1-".repeat(120)}!`];
  // A pattern that tries every way to part the digits would never end.
  expect(withoutBackups([...names, "work.json.bak-2026-11-30T10:20:30Z"])).toEqual({
    own: names,
    backups: ["work.json.bak-2026-11-30T10:20:30Z"],
  });
});

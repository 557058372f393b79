import { spawn } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { listAuthFiles } from "../../../../lib/app/pool/pick/auth_files.ts";
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

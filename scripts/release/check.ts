/**
 * `npm run release:check`, about ten minutes: makes the release twice, in two copies of the tree, and compares every
 * file; runs the programs as far as possible; and runs the whole-program tests on the archive's program and on
 * `dist/js`. Any difference, failure or missing tool fails the check. `--quick` skips those tests. Run with Bun.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { installMissing } from "../debian.ts";
import { columns } from "../figures.ts";
import { type Copy, copySources, differences, releaseIn } from "./check/copies.ts";
import { checkMachines } from "./check/machines.ts";
import { type Finding, finding } from "./check/report.ts";
import { checkSignatures } from "./check/signatures.ts";

const TREE = resolve(fileURLToPath(import.meta.url), "../../..");

const temp = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-release-")));
try {
  const findings = await check();
  const width = Math.max(...findings.map(({ what }) => what.length));
  for (const { what, verdict, detail } of findings) {
    console.log(`${what.padEnd(width)}  ${verdict.padEnd(14)}  ${detail}`.trimEnd());
  }
  const failed = findings.filter(({ verdict }) => verdict === "FAILED");
  console.log(failed.length === 0 ? "release:check passed" : `release:check: ${failed.length} FAILED`);
  process.exitCode = failed.length === 0 ? 0 : 1;
} catch (thrown) {
  console.log(`release:check failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  process.exitCode = 1;
} finally {
  rmSync(temp, { recursive: true, force: true });
}

async function check(): Promise<Finding[]> {
  const missing = installMissing(join(dirname(fileURLToPath(import.meta.url)), "debian.txt"));
  const findings: Finding[] = missing.map(({ name, program }) => ({
    what: `Debian's ${name}`,
    verdict: "FAILED",
    detail: `${program} is missing`,
  }));
  console.log("making the release in two copies of the tree");
  const [first, second] = [join(temp, "one"), join(temp, "another/place")];
  for (const copy of [first, second]) copySources(TREE, copy);
  const one = releaseIn(first, { umask: "022", env: {} });
  rmSync(first, { recursive: true });
  const elsewhere = { TZ: "Pacific/Kiritimati", LANG: "tr_TR.UTF-8" };
  const two = releaseIn(second, { umask: "077", env: elsewhere });
  console.log(`\n${filesTable(one, two)}\n`);
  findings.push(await finding("two builds", () => compared(one, two)));
  const unpacked = join(temp, "unpacked");
  findings.push(await finding("SHA256SUMS", () => unpack(two.tree, unpacked)));
  const { version } = JSON.parse(readFileSync(join(TREE, "package.json"), "utf8"));
  const folder = join(unpacked, `agentlb-${version}-linux-x64`);

  findings.push(...await checkSignatures(two.tree));
  findings.push(...await checkMachines({ tree: two.tree, unpacked: folder, temp }));
  if (!process.argv.includes("--quick")) {
    findings.push(await finding("whole-program tests", () => suite(two.tree, folder)));
  }
  return findings;
}

function compared(one: Copy, two: Copy): string {
  const different = differences(one.files, two.files);
  if (different.length > 0) throw new Error(different.join("; "));
  const times = [one, two].map(({ seconds }) =>
    `${seconds.install.toFixed(0)} + ${seconds.release.toFixed(0)} s`
  );
  return `${one.files.size} files, all the same; npm ci + npm run release took ${times.join(", ")}`;
}

function filesTable(one: Copy, two: Copy): string {
  const rows = [...one.files].filter(([path]) =>
    /^release\/|\/agentlb(\.exe|\.js)?$|^agentlb$|mod\.js$/.test(path)
  );
  return columns(
    ["", "MiB", "SHA-256", "the other"],
    rows.map(([path, { bytes, sha256 }]) => {
      const other = two.files.get(path)?.sha256;
      const same = other === sha256 ? "the same" : other?.slice(0, 16) ?? "missing";
      return [path, (bytes / 2 ** 20).toFixed(2), sha256.slice(0, 16), same];
    }),
  );
}

/** Verifies what users download as they do, and unpacks the archive for linux-x64. */
function unpack(tree: string, into: string): string {
  const release = join(tree, "dist/release");
  const run = (cwd: string, file: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(file, args, { cwd, encoding: "utf8" });
    if (status !== 0) throw new Error(`${file} ${args.join(" ")} failed: ${stdout}${stderr}`);
    return stdout;
  };
  const checked = run(release, "sha256sum", "-c", "--strict", "SHA256SUMS").trimEnd().split("\n");
  const archive = readFileSync(join(release, "SHA256SUMS"), "utf8").match(/\S+-linux-x64\.tar\.gz$/m)?.[0] ??
    "";
  mkdirSync(into);
  run(into, "tar", "-xzf", join(release, archive));
  return `${checked.length} files are as listed`;
}

/** Runs a tree's whole-program tests, in all four ways, on the release; returns their last line. */
function suite(tree: string, unpacked: string): Promise<string> {
  const env = { ...process.env, RIG_PROGRAM: join(unpacked, "agentlb"), RIG_SCRIPT: "dist/js" };
  const bun = join(tree, "node_modules/bun/bin/bun.exe");
  const began = Date.now();
  const child = spawn(bun, [join(tree, "scripts/test.ts"), "test/e2e"], {
    cwd: tree,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let end = "";
  child.stdout.on("data", (part: Uint8Array) => {
    process.stdout.write(part);
    end = `${end}${part}`.slice(-1000);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      const last = end.trimEnd().split("\n").at(-1) ?? "";
      if (code === 0) resolve(`${last}, in ${((Date.now() - began) / 60_000).toFixed(1)} min`);
      else reject(new Error(last));
    });
  });
}

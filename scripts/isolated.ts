/** A copy of a script where there is no network but loopback. */
import { spawnSync } from "node:child_process";

/** Set for the copy. */
const INSIDE = "RIG_INSIDE";

/** Whether this process is the copy. */
export function isInside(): boolean {
  return process.env[INSIDE] !== undefined;
}

/** Runs `script` again in a network namespace of its own; where that can't be had, proxies alone keep Codex inside. */
export function inside(script: string): number {
  const words = [process.execPath, script, ...process.argv.slice(2)];
  const namespace = ["--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"];
  const isRoot = process.platform === "linux" && process.getuid?.() === 0;
  const hasNamespace = isRoot && spawnSync("unshare", [...namespace, "true"]).status === 0;
  if (!hasNamespace) console.log("no network namespace here: proxies on loopback keep everything inside");
  const [file = "", ...args] = hasNamespace ? ["unshare", ...namespace, ...words] : words;
  return spawnSync(file, args, { stdio: "inherit", env: { ...process.env, [INSIDE]: "1" } }).status ?? 1;
}

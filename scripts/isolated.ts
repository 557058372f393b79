/** Runs a copy of a script with loopback as its only network. */
import { spawnSync } from "node:child_process";

/** Set for the copy. */
const INSIDE = "RIG_INSIDE";
/** Set where the copy has a network namespace of its own. */
const NETNS = "RIG_NETNS";

/** True in the copy. */
export function isInside(): boolean {
  return process.env[INSIDE] !== undefined;
}

/**
 * Runs `script` again, with the arguments of this process and `env` added, in a network namespace of its own; returns its
 * exit code. Only root on Linux can make one: elsewhere proxies alone keep Codex inside.
 */
export function inside(script: string, env: Readonly<Record<string, string>> = {}): number {
  const words = [process.execPath, script, ...process.argv.slice(2)];
  const namespace = ["--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"];
  const isRoot = process.platform === "linux" && process.getuid?.() === 0;
  const hasNamespace = isRoot && spawnSync("unshare", [...namespace, "true"]).status === 0;
  if (!hasNamespace) console.log("no network namespace here: proxies on loopback keep everything inside");
  const [file = "", ...args] = hasNamespace ? ["unshare", ...namespace, ...words] : words;
  const marks = { [INSIDE]: "1", ...hasNamespace ? { [NETNS]: "1" } : {} };
  return spawnSync(file, args, { stdio: "inherit", env: { ...process.env, ...env, ...marks } }).status ?? 1;
}

import { spawn } from "node:child_process";

/** Runs a command of the current Bun in the folder `cwd`; rejects with its output if it fails. */
export function bun(cwd: string, args: readonly string[]): Promise<void> {
  return said(process.execPath, args, cwd).then(() => {});
}

/** The stdout of a program; rejects with all its output if it fails. */
export function said(file: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    // On Windows `npm` is a script that only a shell can start.
    const shell = process.platform === "win32" && !file.endsWith(".exe");
    const child = spawn(file, args, { cwd, shell, stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let all = "";
    child.stdout.on("data", (part) => {
      out += part;
      all += part;
    });
    child.stderr.on("data", (part) => all += part);
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`${[file, ...args].join(" ")} failed (${code}):\n${all.trim()}`));
    });
  });
}

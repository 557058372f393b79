/**
 * What npm runs before it packs a package that it fetched from a repository (`npm install git+…`): there `dist` has to be
 * made. In a clone of one's own nothing happens: `npm run build` builds when somebody wants it.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const tree = fileURLToPath(new URL("..", import.meta.url));
// npm sets it while it prepares what it fetched, and does so in a folder of that name.
if (process.env._PACOTE_NO_PREPARE_ !== undefined || /[\\/]git-clone/.test(tree)) {
  const { status, error } = spawnSync("bun", ["scripts/build.ts", "--js"], {
    cwd: tree,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    console.error(
      `agentlb: Cannot build what was fetched${error === undefined ? "" : `: ${error.message}`}\n` +
        "agentlb: hint: npm has to run the install script of its bun; or take a release, or a clone and: npm ci && npm run build",
    );
    process.exitCode = 1;
  }
}

import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { codexOnPath } from "../../../lib/app/codex/codex_program.ts";

const TRIPLES = [
  "aarch64-apple-darwin",
  "aarch64-unknown-linux-musl",
  "x86_64-apple-darwin",
  "x86_64-unknown-linux-musl",
];

/** A codex on PATH as npm puts it there, with these files in its packages. */
function installed(...files: readonly string[]) {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-npm-")));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const scope = join(dir, "lib/node_modules/@openai");
  for (const file of ["codex/bin/codex.js", ...files]) {
    mkdirSync(dirname(join(scope, file)), { recursive: true });
    writeFileSync(join(scope, file), "");
    chmodSync(join(scope, file), 0o755);
  }
  mkdirSync(join(dir, "bin"));
  symlinkSync(join(scope, "codex/bin/codex.js"), join(dir, "bin/codex"));
  const host = { env: { PATH: join(dir, "bin") }, cwd: dir, platform: "linux", arch: "x64" };
  return { scope, found: (more = {}) => codexOnPath({ ...host, ...more })?.slice(scope.length + 1), dir };
}

it("the program itself is started, not the script that npm puts on PATH", () => {
  const native = "codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex";
  expect(installed(native).found()).toBe(native);
});

it("also where an old npm package hides it", () => {
  const native = "codex-linux-x64/vendor/x86_64-unknown-linux-musl/codex/codex";
  expect(installed(native).found()).toBe(native);
});

it("and of one that has the programs of all systems, that of this one", () => {
  const all = TRIPLES.map((triple) => `codex/vendor/${triple}/codex/codex`);
  const { found } = installed(...all);
  expect(found()).toBe("codex/vendor/x86_64-unknown-linux-musl/codex/codex");
  expect(found({ arch: "arm64" })).toBe("codex/vendor/aarch64-unknown-linux-musl/codex/codex");
  expect(found({ platform: "darwin", arch: "arm64" })).toBe("codex/vendor/aarch64-apple-darwin/codex/codex");
});

it("the script is, where the package has no program", () => {
  const { dir } = installed();
  expect(codexOnPath({ env: { PATH: join(dir, "bin") }, cwd: dir, platform: "linux", arch: "x64" })).toBe(
    join(dir, "bin/codex"),
  );
});

/**
 * `npm run release:publish -- draft|fetch|final [v1.2.3]`: creates a draft release, downloads its files to test them on
 * another machine, or publishes it. Uses GitHub's `gh`, logged in by GH_TOKEN. Run with Bun.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { notesOf, tagOf, versionOf } from "./notes.ts";

/** Runs `gh release` with these words; throws when that fails. */
type Gh = (...words: readonly string[]) => void;

/** Does one step of publishing the release in a tree's `dist/release`; throws if it fails. */
export function publish(step: string, tag: string, tree: string, gh: Gh): void {
  const folder = join(tree, "dist/release");
  const version = versionOf(tag);
  switch (step) {
    case "draft": {
      const notes = notesOf(tree, tag);
      const names = readdirSync(folder).sort();
      if (!names.includes("SHA256SUMS")) throw new Error(`${folder} is no whole release: npm run release`);
      const temp = mkdtempSync(join(tmpdir(), "agentlb-notes-"));
      try {
        const file = join(temp, "notes.md");
        writeFileSync(file, `${notes}\n`);
        const kind = version.includes("-") ? ["--prerelease"] : [];
        const words = [
          "--draft",
          "--verify-tag",
          ...kind,
          "--title",
          `agentlb ${version}`,
          "--notes-file",
          file,
        ];
        return gh("create", tag, ...words, ...names.map((name) => join(folder, name)));
      } finally {
        rmSync(temp, { recursive: true });
      }
    }
    case "fetch":
      return gh("download", tag, "--clobber", "--dir", folder);
    case "final":
      return gh("edit", tag, "--draft=false");
    default:
      throw new Error(`there are draft, fetch and final, and no ${step}`);
  }
}

if (import.meta.main) {
  const tree = resolve(fileURLToPath(import.meta.url), "../../..");
  const gh: Gh = (...words) => {
    const { status, error } = spawnSync("gh", ["release", ...words], { cwd: tree, stdio: "inherit" });
    if (error !== undefined) throw error;
    if (status !== 0) throw new Error(`gh release ${words[0]} ended with ${status}`);
  };
  const [step = "nothing", tag] = process.argv.slice(2);
  try {
    publish(step, tagOf(tag), tree, gh);
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : String(thrown));
    process.exitCode = 1;
  }
}

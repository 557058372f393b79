/**
 * Builds the skills as folders to copy: `dist/skills/<skill>`, part of `npm run build`. Run directly
 * (`bun scripts/skills.ts`), it regenerates the tree's `scripts/cap` and `scripts/clb`, the shims from the same texts.
 */
import { chmod, copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pageText } from "../lib/core/skill/page.ts";
import { MODULE } from "../lib/core/skill/piece.ts";
import { settingsText } from "../lib/core/skill/settings_text.ts";
import { shimText } from "../lib/core/skill/shim.ts";
import { SKILLS } from "../lib/core/skill/skill.ts";

/** Writes `dist/skills` of a tree with an existing `dist/js`. */
export async function writeSkills(tree: string): Promise<void> {
  for (const skill of Object.values(SKILLS)) {
    const { name, configName } = skill.flavour;
    const folder = join(tree, "dist/skills", skill.folder);
    const scripts = join(folder, "scripts");
    await rm(folder, { recursive: true, force: true });
    await mkdir(scripts, { recursive: true });
    await put(join(folder, "SKILL.md"), pageText(skill), 0o644);
    await put(join(scripts, configName), settingsText(skill.flavour), 0o644);
    await put(join(scripts, "package.json"), MODULE, 0o644);
    await put(join(scripts, name), shimText(skill.flavour), 0o755);
    await copyFile(join(tree, "dist/js", `${name}.js`), join(scripts, `${name}.js`));
    await chmod(join(scripts, `${name}.js`), 0o755);
  }
}

async function put(path: string, text: string, mode: number): Promise<void> {
  await writeFile(path, text);
  await chmod(path, mode);
}

if (import.meta.main) {
  const tree = fileURLToPath(new URL("..", import.meta.url));
  for (const { flavour } of Object.values(SKILLS)) {
    await put(join(tree, "scripts", flavour.name), shimText(flavour), 0o755);
  }
}

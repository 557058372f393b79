/**
 * Writes the manual pages and the completions, part of `npm run build`: `dist/man` and `dist/completions`. Both are made
 * from the declarations of the commands and settings. Run with Bun.
 */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { COMMANDS } from "../lib/cli/commands/all.ts";
import { completionScript } from "../lib/core/completion/script.ts";
import { VERSION } from "../lib/core/text/version.ts";
import { agentlbPage } from "./man/agentlb.ts";
import { configPage } from "./man/config.ts";
import { poolPage } from "./man/pool.ts";

/** The texts that go into the folders of a system, by their paths below `dist` and in the archives. */
export type ShareTexts = Readonly<Record<string, string>>;

/** The manual pages: man/man1/agentlb.1, … */
export async function manualPages(): Promise<ShareTexts> {
  return {
    "man/man1/agentlb.1": await agentlbPage(COMMANDS, VERSION),
    "man/man1/cap.1": poolPage("cap", VERSION),
    "man/man1/clb.1": poolPage("clb", VERSION),
    "man/man5/agentlb-config.5": configPage(VERSION),
  };
}

/** The scripts for shells, under the names by which shells look for them: completions/bash/agentlb, … */
export function completionScripts(): ShareTexts {
  return Object.fromEntries((["agentlb", "cap", "clb"] as const).flatMap((program) => [
    [`completions/bash/${program}`, completionScript("bash", program)],
    [`completions/fish/${program}.fish`, completionScript("fish", program)],
    [`completions/powershell/${program}.ps1`, completionScript("powershell", program)],
    [`completions/zsh/_${program}`, completionScript("zsh", program)],
  ]));
}

/** All of them, in order. */
export async function shareTexts(): Promise<ShareTexts> {
  return { ...completionScripts(), ...await manualPages() };
}

/** Writes them into `dist` of a tree; what an older build has left there is gone. */
export async function writeShare(tree: string): Promise<void> {
  for (const folder of ["man", "completions"]) {
    rmSync(join(tree, "dist", folder), { recursive: true, force: true });
  }
  for (const [path, text] of Object.entries(await shareTexts())) {
    const to = join(tree, "dist", path);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, text);
    chmodSync(to, 0o644);
  }
}

if (import.meta.main) await writeShare(fileURLToPath(new URL("..", import.meta.url)));

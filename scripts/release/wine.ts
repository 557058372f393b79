/**
 * Runs the program for Windows as far as wine can: `bun scripts/release/wine.ts dist/windows-x64/agentlb.exe`.
 */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHECKS } from "./wine/checks.ts";
import { missingForWine, openPrefix } from "./wine/prefix.ts";

/**
 * Runs the program under wine, in a Windows of its own that is gone after: what ran as it should, and what could not be
 * run here and why. Rejects with what was wrong when anything does otherwise than it should.
 */
export async function runUnderWine(program: string): Promise<{ ran: string[]; notRun: string[] }> {
  const missing = missingForWine();
  if (missing.length > 0) {
    return { ran: [], notRun: CHECKS.map(({ what }) => `${what} (${missing.join(", ")} is missing)`) };
  }
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-wine-")));
  const ran: string[] = [];
  const notRun = ["PowerShell, which wine has not"];
  try {
    const windows = openPrefix(folder, program);
    try {
      for (const { what, run } of CHECKS) {
        await run(windows).catch((cause: unknown) => {
          throw new Error(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
        });
        ran.push(what);
      }
      const silent = windows.silent();
      if (silent > 0) notRun.push(`${silent} starts that wine ended without a word; they were repeated`);
    } finally {
      await windows.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
  return { ran, notRun };
}

if (import.meta.main) {
  const began = Date.now();
  const { ran, notRun } = await runUnderWine(process.argv[2] ?? "dist/windows-x64/agentlb.exe");
  for (const what of ran) console.log(`ok       ${what}`);
  for (const what of notRun) console.log(`not run  ${what}`);
  console.log(`${((Date.now() - began) / 1000).toFixed(0)} s`);
}

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { processes } from "../../rig/backend/peer.ts";
import type { Row } from "../../rig/backend/log.ts";
import { TREE } from "../../rig/codex.ts";
import { finished } from "../../rig/result.ts";

const BUN = join(TREE, "node_modules/bun/bin/bun.exe");
const DEMO = join(TREE, "scripts/demo.ts");

const VERSION =
  JSON.parse(readFileSync(join(TREE, "node_modules/@openai/codex/package.json"), "utf8")).version;

/** The first record of a rollout, which Codex alone writes. */
interface Meta {
  readonly id: string;
  readonly cli_version: string;
  readonly creator_account_id: string;
}

test("npm run demo does real turns with real Codex, on the account it says, and leaves nothing behind", async () => {
  const dir = mkdtempSync(join(tmpdir(), "agentlb-rig-demo-"));
  // Everything that the demo makes is below a folder of ours, so we know what is left.
  const temporary = join(dir, "tmp");
  mkdirSync(temporary);
  try {
    const kept = join(dir, "kept");
    mkdirSync(kept);
    const env = { ...process.env, TMPDIR: temporary } as Record<string, string>;
    const child = spawn(BUN, [DEMO, "--keep", kept], { env, cwd: dir, stdio: "pipe" });
    child.stdin.end();
    const { code, stdout, stderr } = await finished(child, 60_000);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/to anywhere else: 0 \(refused\)\ndemo done in [\d.]+ s\n$/);

    const root = readFileSync(join(kept, "root"), "utf8");
    const metas = rolloutsBelow(join(root, "sessions")).map(metaOf);
    expect(metas.map(({ cli_version }) => cli_version)).toEqual([VERSION, VERSION]);
    const rows: Row[] = JSON.parse(readFileSync(join(kept, "requests.json"), "utf8"));
    const turns = rows.filter(({ method, path }) => method === "POST" && path.endsWith("/responses"));
    expect(turns.map(({ status }) => status)).toEqual([200, 200]);
    expect(metas.map(({ creator_account_id }) => creator_account_id).sort()).toEqual(
      turns.map(({ account }) => account).sort(),
    );
    // What it said on the screen is what happened.
    const said = [...stdout.matchAll(/^thread +(\S+)\naccount +(\S+)$/gm)].map(([, id, account]) => ({
      id,
      account,
    }));
    expect(said).toHaveLength(2);
    for (const { id, account } of said) {
      expect(metas.find((meta) => meta.id === id)?.creator_account_id).toBe(account);
    }
    expect(said.map(({ account }) => account)).toEqual(turns.map(({ account }) => account));
    expect(new Set(said.map(({ account }) => account)).size).toBe(2);
    expect(stillRunning(temporary)).toEqual([]);
    expect(dirname(dirname(dirname(root)))).toBe(temporary);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

function rolloutsBelow(sessions: string): string[] {
  const names = readdirSync(sessions, { recursive: true, encoding: "utf8" });
  return names.filter((name) => /rollout-[^/]*\.jsonl$/.test(name)).map((name) => join(sessions, name));
}

function metaOf(rollout: string): Meta {
  const { type, payload } = JSON.parse(readFileSync(rollout, "utf8").split("\n")[0] ?? "");
  expect(type).toBe("session_meta");
  return payload;
}

/** The processes that have something below this folder as HOME, or as their program's home. */
function stillRunning(folder: string): string[] {
  return processes().filter((pid) => existsSync(`/proc/${pid}/environ`)).flatMap((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
      const isOurs = words.some((word) =>
        /^(HOME|CODEX_HOME|AGENTLB_HOME)=/.test(word) && word.includes(folder)
      );
      return isOurs ? [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")] : [];
    } catch {
      return []; // gone, or somebody else's
    }
  });
}

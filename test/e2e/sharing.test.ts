import {
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { parseToml } from "../../lib/io/formats.ts";
import { sandbox } from "../../rig/in_test.ts";
import { patience } from "../../rig/patience.ts";
import { commandOf } from "../../rig/program.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { describeWith } from "../../rig/tools.ts";
import { tool } from "./support/shell.ts";

const OWN = '# mine\npersonality = "friendly"\n';
const STEPS = "write,pwrite64,fsync,rename,renameat,renameat2,symlink,symlinkat,unlink,unlinkat";

function user(): Sandbox & { has(name: string, text: string): void; readonly codex: string } {
  const made = sandbox({ env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
  const codex = join(made.home, ".codex");
  const has = (name: string, text: string) => {
    mkdirSync(dirname(join(codex, name)), { recursive: true });
    writeFileSync(join(codex, name), text);
  };
  has("AGENTS.md", "Be brief.\n");
  has("skills/mine/SKILL.md", "x");
  has("skills/more/SKILL.md", "x");
  has("config.toml", 'model = "gpt-a"\nweb_search = "live"\n');
  const home = made.addAlias("a");
  writeFileSync(join(home, "config.toml"), OWN);
  mkdirSync(join(home, "skills/.system"), { recursive: true });
  return { ...made, has, codex };
}

/** Texts and targets of links in a folder; a record's fingerprints, locks and what a kill left aside differ each time. */
function contentOf(folder: string): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const name of readdirSync(folder, { recursive: true }) as string[]) {
    if (/\.tmp$|\.lock$/.test(name)) continue;
    const path = join(folder, name);
    const stat = lstatSync(path);
    if (stat.isSymbolicLink()) found[name] = `-> ${readlinkSync(path)}`;
    else if (name === "shared.json") {
      found[name] = { ...JSON.parse(readFileSync(path, "utf8")), prints: "", made: [] };
    } else if (stat.isFile()) found[name] = readFileSync(path, "utf8");
  }
  return found;
}

describeWith(["strace"], "killed at any of its steps", () => {
  const share = ["share", "a"];
  test.each<[string, readonly string[][], readonly string[]]>([
    ["the first sharing", [], share],
    ["settings made anew, with changes to take over", [share], ["new", "a", "--print-command"]],
    ["the end of sharing, with changes to take over", [share], ["share", "--undo", "a"]],
  ])("%s leaves old or new settings, and the next run finishes", async (_, before, words) => {
    const made = user();
    const home = made.homeOf("a");
    const config = join(home, "config.toml");
    for (const each of before) expect((await made.run("compiled", each)).code).toBe(0);
    if (before.length > 0) {
      writeFileSync(
        config,
        `${readFileSync(config, "utf8").replace('web_search = "live"\n', "")}\n[tui]\ntheme = "x"\n`,
      );
      made.has("config.toml", 'model = "gpt-b"\nweb_search = "live"\n');
    }
    const fresh = join(made.dir, "fresh");
    cpSync(home, fresh, { recursive: true, verbatimSymlinks: true });
    const source = contentOf(made.codex);
    expect((await made.run("compiled", words)).code).toBe(0);
    const [then, old, wanted] = [
      contentOf(home),
      contentOf(fresh)["config.toml"],
      readFileSync(config, "utf8"),
    ];
    expect(wanted).not.toBe(old);
    expect(parseToml(wanted, config)).toMatchObject({ personality: "friendly" });
    const seen = new Set<string>();
    for (let step = 1, isDone = false; !isDone; step++) {
      rmSync(home, { recursive: true });
      cpSync(fresh, home, { recursive: true, verbatimSymlinks: true });
      const inject = ["-e", `trace=${STEPS}`, "-e", `inject=${STEPS}:signal=SIGKILL:when=${step}`];
      const [program = "", ...args] = commandOf("compiled");
      isDone =
        (await tool(made, "strace", ["-qq", "-f", "-o", "/dev/null", ...inject, program, ...args, ...words]))
          .code === 0;
      const text = readFileSync(config, "utf8");
      expect([old, wanted], `step ${step}`).toContain(text);
      seen.add(text === wanted ? "new" : "old");
      const again = await made.run("compiled", words);
      expect(again.code, again.stderr).toBe(0);
      expect(contentOf(home), `step ${step}`).toEqual(then);
      expect(contentOf(made.codex), `step ${step}`).toEqual(source);
    }
    expect([...seen].sort()).toEqual(["new", "old"]);
  }, patience(240_000));
});

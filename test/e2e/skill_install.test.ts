import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { TREE } from "../../rig/codex.ts";
import { sandbox } from "../../rig/in_test.ts";
import { commandOf } from "../../rig/program.ts";
import { finished } from "../../rig/result.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { describeWith } from "../../rig/tools.ts";
import { agentlbBy, binWith, type Runtime, skillBy } from "./support/installed.ts";
import { makeOldSkill, OLD_WORDS } from "./support/old_skill.ts";
import { runWords, shellPath } from "./support/skill.ts";
import { startShell } from "./support/shell.ts";
import { treeOf } from "./support/tree.ts";
import { patience } from "../../rig/patience.ts";

// A skill that is in use: it is replaced, upgraded, cut short everywhere, and put back.

vi.setConfig({ testTimeout: 120_000 });

type By = "compiled" | Runtime;
const WORKER = ["pick", "--worker", "w", "--base", "b"];

function stage(by: By) {
  const user = sandbox({ env: { BUN_RUNTIME_TRANSPILER_CACHE_PATH: "0" } });
  const skills = join(user.home, ".codex", "skills");
  const dir = makeOldSkill(user, skills);
  const path = binWith(user, ...by === "compiled" ? [] : [by]);
  return {
    user,
    skills,
    dir,
    skill: (line: string, script?: string) => skillBy(user, by, line, script === undefined ? {} : { script }),
    /** What a caller gets. */
    ask: (args: readonly string[] = WORKER) =>
      runWords(user, [shellPath("bash"), join(dir, "scripts/cap"), ...args], { env: { PATH: path } }),
  };
}

/** All of a skill but what using it changes. */
function unused(dir: string): string {
  return treeOf(dir, (name) => name.startsWith("share"));
}

describe.each(["compiled", "node", "deno", "bun"] as const)("by %s", (by) => {
  const name = by === "compiled" ? "cap.bin" : "cap.js";

  test("a used skill goes on where it was, and comes back byte by byte", async () => {
    const { user, dir, skill, ask } = stage(by);
    const before = unused(dir);
    expect(await skill("install cap --dry-run")).toMatchObject({ code: 0, stderr: "" });
    expect(unused(dir)).toBe(before);
    const { code, stdout, stderr } = await skill("install cap");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.split("\n").map((line) => line.trim().split(/ {2,}/)[0])).toEqual([
      `${dir}:`,
      "back up",
      "back up",
      ...by === "compiled" ? [] : ["write"],
      // Callers copy the user's own .codex for each worker.
      by === "compiled" ? "link" : "copy",
      "keep",
      "write",
      "write",
      "",
    ]);
    const [program = ""] = agentlbBy(by).slice(-1);
    expect(readFileSync(join(dir, "scripts", name)).equals(readFileSync(program))).toBe(true);
    // The counter goes on, with the settings that were there.
    for (const source of ["s2", "s1"]) {
      expect(await ask()).toMatchObject({ code: 0, stdout: `${user.home}/${source}\n`, stderr: "" });
    }
    const used = readFileSync(join(dir, "share/state.json"), "utf8");
    expect(JSON.parse(used)).toMatchObject({ counter: 9 });
    expect((await skill("install cap")).stdout).toBe(`${dir}: all is in place\n`);
    expect(await skill("remove cap")).toMatchObject({ code: 0, stderr: "" });
    // Counts are the user's: they stay as they are now.
    expect(readFileSync(join(dir, "share/state.json"), "utf8")).toBe(used);
    expect(unused(dir)).toBe(before);
    expect((await ask()).stdout).toBe(`${OLD_WORDS}\n`);
    expect((await skill("remove cap")).stdout).toBe(`${dir}: nothing of agentlb is there\n`);
    expect(unused(dir)).toBe(before);
  });

  test("a link to the program that runs, resolved, is as good", async () => {
    const { user, dir, skill, ask } = stage(by);
    const before = unused(dir);
    expect(await skill("install cap --link")).toMatchObject({ code: 0 });
    expect(readlinkSync(join(dir, "scripts", name))).toBe(agentlbBy(by).at(-1));
    expect(await ask()).toMatchObject({ code: 0, stdout: `${user.home}/s2\n`, stderr: "" });
    await skill("install cap --copy");
    expect(lstatSync(join(dir, "scripts", name)).isFile()).toBe(true);
    await skill("remove cap");
    expect(unused(dir)).toBe(before);
  });
});

test("what the user changed stays, and is named", async () => {
  const { dir, skill } = stage("node");
  await skill("install cap");
  appendFileSync(join(dir, "scripts/cap"), "# mine\n");
  appendFileSync(join(dir, "scripts/cap_config.yaml"), "state_file: elsewhere.json\n");
  const changed = readFileSync(join(dir, "scripts/cap"), "utf8");
  const { code, stdout } = await skill("remove cap");
  expect(code).toBe(0);
  expect(stdout).toContain(
    "  leave       scripts/cap, which was changed; before the install it was .agentlb/cap.before\n",
  );
  expect(readFileSync(join(dir, "scripts/cap"), "utf8")).toBe(changed);
  expect(readFileSync(join(dir, "scripts/cap_config.yaml"), "utf8")).toContain("elsewhere");
  expect(readFileSync(join(dir, "SKILL.md"), "utf8")).toContain("Old.");
  // Installed over, it is kept under another name, and the first original still comes back.
  await skill("install cap");
  const again = await skill("remove cap");
  const [kept = ""] = readdirSync(join(dir, ".agentlb")).filter((name) => name.startsWith("cap.changed-"));
  expect(readFileSync(join(dir, ".agentlb", kept), "utf8")).toBe(changed);
  expect(again.stderr).toContain(`agentlb: note: what you had changed is kept: ${dir}/.agentlb/${kept}\n`);
  expect(readFileSync(join(dir, "scripts/cap"), "utf8")).toContain("cap.py");
});

test("from the sources there is no skill, and the way to one is told", async () => {
  const { user, dir } = stage("deno");
  const before = treeOf(dir);
  for (const entry of ["cli.ts", "scripts/agentlb.ts"]) {
    for (const words of [[commandOf("bun")[0]], commandOf("deno").slice(0, -1)]) {
      expect(await runWords(user, [...words, join(TREE, entry), "skill", "install", "cap"])).toMatchObject({
        code: 1,
        stdout: "",
        stderr: expect.stringMatching(
          /^agentlb: error: Cannot install a skill: .*\nagentlb: hint: npm run build, /,
        ),
      });
    }
  }
  expect(treeOf(dir)).toBe(before);
  expect(existsSync(user.root)).toBe(false);
});

test("while it is upgraded over and over, no worker sees half of it", async () => {
  const { user, dir, skill } = stage("node");
  const [one, two] = ["one.js", "two.js"].map((name) => join(user.home, name)) as [string, string];
  for (const script of [one, two]) copyFileSync(join(TREE, "dist/js/agentlb.js"), script);
  appendFileSync(two, `// ${"newer ".repeat(50_000)}\n`);
  writeFileSync(join(user.home, "package.json"), '{ "type": "module" }');
  await skill("install cap", one);
  const rounds = 8;
  // Workers go on until they are told that all upgrades are done.
  const script = 'n=0; while :; do bash "$1" pick --worker w --base b || exit 1; n=$((n+1)); ' +
    '[ ! -e "$2" ] || [ "$n" -lt 3 ] || break; done; echo "picks $n" >&2';
  const done = join(user.home, "done");
  const env = { PATH: binWith(user, "node") };
  const workers = [1, 2].map(() =>
    finished(
      startShell(user, script, [join(dir, "scripts/cap"), done], { shell: shellPath("bash"), env }),
      100_000,
    )
  );
  for (let round = 0; round < rounds; round++) {
    expect(await skill("install cap", round % 2 === 0 ? two : one)).toMatchObject({ code: 0 });
  }
  writeFileSync(done, "");
  for (const { code, stdout, stderr } of await Promise.all(workers)) {
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^picks \d+\n$/) });
    expect(stdout.split("\n").filter((line) => !/^\S+\/s[12]$/.test(line))).toEqual([""]);
  }
});

test("a full disk stops it with a message, callers go on with what they had, and the next run finishes it", async () => {
  const { user, dir, ask } = stage("node");
  const before = unused(dir);
  const words = [...agentlbBy("node"), "skill", "install", "cap"];
  // No file may grow above 64 KiB: the texts fit, the program does not.
  const limited = await runWords(user, [
    shellPath("bash"),
    "-c",
    'ulimit -f 64; exec "$@"',
    "bash",
    ...words,
  ]);
  expect(limited).toMatchObject({ code: 1, stdout: "" });
  expect(limited.stderr).toMatch(
    /^agentlb: error: Cannot write .*\/scripts\/cap\.js: .*\nagentlb: hint: nothing is lost; to finish: agentlb skill install cap\n$/,
  );
  expect((await ask()).stdout).toBe(`${OLD_WORDS}\n`);
  expect(readdirSync(join(dir, ".agentlb")).filter((name) => name.endsWith(".new"))).toEqual([]);
  expect(await runWords(user, words)).toMatchObject({ code: 0 });
  expect((await ask()).stdout).toBe(`${user.home}/s2\n`);
  await runWords(user, [...words.slice(0, -2), "remove", "cap"]);
  expect(unused(dir)).toBe(before);
});

/** What changes files, and so is worth being killed at. */
const CALLS = "rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir," +
  "fsync,fdatasync,chmod,fchmod,fchmodat,copy_file_range,sendfile,pwrite64";

interface Moment {
  readonly call: string;
  /** From 1, among those of its kind. */
  readonly nth: number;
}

describeWith(["strace"], "killed at every change that it makes", () => {
  const FORMS: readonly (readonly [name: string, by: By, how: string])[] = [
    ["compiled, as a link", "compiled", "--link"],
    ["one file on Node, as a copy", "node", "--copy"],
  ];

  test.each(FORMS)(
    "%s: callers are served, the next run finishes, and nothing is lost",
    async (_, by, how) => {
      const { user, dir, skill, ask } = stage(by);
      // Also another program is in the way, and a link.
      writeFileSync(join(dir, "scripts/cap.js"), "// somebody's\n");
      rmSync(join(dir, "SKILL.md"));
      symlinkSync("elsewhere.md", join(dir, "SKILL.md"));
      const fresh = join(user.home, "fresh");
      cpSync(dir, fresh, { recursive: true, verbatimSymlinks: true });
      const renew = () => {
        rmSync(dir, { recursive: true });
        cpSync(fresh, dir, { recursive: true, verbatimSymlinks: true });
      };
      renew();
      const before = treeOf(dir);
      const words = (verb: string) => [...agentlbBy(by), "skill", ...verb.split(" ")];
      const install = `install cap ${how}`;

      const installing = await momentsOf(user, words(install));
      const installed = entries(dir);
      expect(installing.map(({ call }) => call)).toEqual(
        expect.arrayContaining(["mkdir", "rename", "fsync", "link"]),
      );
      const removing = await momentsOf(user, words("remove cap"));
      expect(removing.map(({ call }) => call)).toEqual(expect.arrayContaining(["rename", "unlink", "rmdir"]));
      expect(treeOf(dir)).toBe(before);

      for (const moment of installing) {
        const at = `install, ${moment.call} ${moment.nth}`;
        expect(await killedAt(user, words(install), moment), at).toBe(true);
        expect(keptOf(dir, fresh), at).toEqual([]);
        const served = await ask(["list"]);
        expect([`${OLD_WORDS}\n`, `${user.home}/s1\n${user.home}/s2\n`], `${at}: ${served.stderr}`).toContain(
          served.stdout,
        );
        expect(await skill(install), at).toMatchObject({ code: 0, stderr: "" });
        expect(entries(dir), at).toEqual(installed);
        expect(await skill("remove cap"), at).toMatchObject({ code: 0, stderr: "" });
        expect(treeOf(dir), at).toBe(before);
      }
      for (const moment of removing) {
        const at = `remove, ${moment.call} ${moment.nth}`;
        expect(await skill(install), at).toMatchObject({ code: 0, stderr: "" });
        expect(await killedAt(user, words("remove cap"), moment), at).toBe(true);
        expect(keptOf(dir, fresh), at).toEqual([]);
        // Whether somebody wants it again, or gone.
        if (moment.nth % 2 === 0) expect(await skill(install), at).toMatchObject({ code: 0, stderr: "" });
        expect(await skill("remove cap"), at).toMatchObject({ code: 0, stderr: "" });
        expect(treeOf(dir), at).toBe(before);
      }
    },
    600_000,
  );

  test("a skill that was not there before is gone without a trace", async () => {
    const { user, dir, skills, skill } = stage("compiled");
    rmSync(dir, { recursive: true });
    const words = (verb: string) => [...agentlbBy("compiled"), "skill", ...verb.split(" ")];
    const installing = await momentsOf(user, words("install cap --link"));
    const removing = await momentsOf(user, words("remove cap"));
    expect(readdirSync(skills)).toEqual([]);
    for (const moment of installing) {
      expect(await killedAt(user, words("install cap --link"), moment)).toBe(true);
      expect(await skill("remove cap")).toMatchObject({ code: 0 });
      expect(readdirSync(skills), `install, ${moment.call} ${moment.nth}`).toEqual([]);
    }
    for (const moment of removing) {
      await skill("install cap --link");
      expect(await killedAt(user, words("remove cap"), moment)).toBe(true);
      expect(await skill("remove cap")).toMatchObject({ code: 0 });
      expect(readdirSync(skills), `remove, ${moment.call} ${moment.nth}`).toEqual([]);
    }
  }, patience(300_000));
});

/** Every change that a run makes, in turn; it is run to its end. */
async function momentsOf(user: Sandbox, words: readonly string[]): Promise<Moment[]> {
  const out = join(user.dir, "calls");
  const { code, stderr } = await runWords(user, ["strace", "-qq", "-o", out, `-etrace=${CALLS}`, ...words]);
  if (code !== 0) throw new Error(stderr);
  const counts = new Map<string, number>();
  return readFileSync(out, "utf8").split("\n").flatMap((line) => {
    const [, call] = /^(\w+)\(/.exec(line) ?? [];
    if (call === undefined) return [];
    counts.set(call, (counts.get(call) ?? 0) + 1);
    return [{ call, nth: counts.get(call)! }];
  });
}

/** Runs it, and kills it just before that change; whether it was killed. */
async function killedAt(user: Sandbox, words: readonly string[], { call, nth }: Moment): Promise<boolean> {
  const inject = `-einject=${call}:signal=SIGKILL:when=${nth}`;
  const { code, signal } = await runWords(user, [
    "strace",
    "-qq",
    "-o",
    "/dev/null",
    `-etrace=${call}`,
    inject,
    ...words,
  ]);
  return signal === "SIGKILL" || code === 137;
}

/** What was there before and is now neither in its place nor kept. */
function keptOf(dir: string, fresh: string): string[] {
  return Object.entries(entries(fresh)).filter(([name, entry]) => {
    const now = entries(dir);
    const base = name.slice(name.lastIndexOf("/") + 1);
    return now[name] !== entry && now[`.agentlb/${base}.before`] !== entry;
  }).map(([name]) => name);
}

/** Everything below a folder but its folders: mode and bytes, or where it leads. What changes with time is left out. */
function entries(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) continue;
    const { mode } = lstatSync(path);
    found[path.slice(folder.length + 1)] = entry.isSymbolicLink()
      ? `-> ${readlinkSync(path)}`
      : `${(mode & 0o777).toString(8)} ${readFileSync(path, "latin1")}`;
  }
  return found;
}

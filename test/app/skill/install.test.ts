import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Failure } from "../../../lib/core/text/failure.ts";
import { installSkill, removeSkill, type SkillRequest } from "../../../lib/app/skill/install.ts";
import { tryLock } from "../../../lib/io/lock/lock.ts";
import { world } from "../world.ts";

const FOLDER = "codex-account-pool";

/** A user with a program of one file, who stands in an empty project. */
function stage() {
  const made = world();
  const home = dirname(made.layout.root);
  const project = join(home, "project");
  const program = join(home, "agentlb.js");
  mkdirSync(project);
  put(program, "// one\n");
  const host = { ...made.host(), cwd: project, self: ["/usr/bin/node", program] };
  const request: SkillRequest = { pool: "cap", to: undefined, isDry: false };
  const skills = join(home, ".codex", "skills");
  return {
    made,
    home,
    project,
    program,
    host,
    skills,
    skill: join(skills, FOLDER),
    install: (more: Partial<SkillRequest & { how: "copy" | "link" | undefined }> = {}, given = host) =>
      installSkill(given, { ...request, how: "copy", ...more }),
    remove: (more: Partial<SkillRequest> = {}) => removeSkill(host, { ...request, ...more }),
  };
}

function put(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
}

/** All below a folder: path, mode or target, and text. */
function contentOf(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length + 1);
    const mode = (statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o777;
    found[name] = entry.isSymbolicLink()
      ? `-> ${readlinkSync(path)}`
      : entry.isDirectory()
      ? `${mode.toString(8)}/`
      : `${mode.toString(8)} ${readFileSync(path, "utf8")}`;
  }
  return found;
}

async function refusal(work: Promise<unknown>): Promise<Failure> {
  const failure = await work.then(() => undefined, (error: Failure) => error);
  if (failure === undefined) throw new Error("it was done");
  return failure;
}

describe("a skill goes", () => {
  test("to the project where the user stands if it has a .codex, else to the user's own", async () => {
    const { install, project, skill } = stage();
    expect((await install()).folder.path).toBe(skill);
    mkdirSync(join(project, ".codex"));
    expect((await install()).folder.path).toBe(join(project, ".codex/skills", FOLDER));
  });

  test("to .agents of the project where that is what it has, and to what ai-team-workflow brings along", async () => {
    const { install, project, skills } = stage();
    mkdirSync(join(project, ".agents"));
    expect((await install()).folder.named).toBe(join(project, ".agents/skills", FOLDER));
    mkdirSync(join(project, ".agents/skills/ai-team-workflow/deps/tmux-workflow"), { recursive: true });
    const deps = join(project, ".agents/skills/ai-team-workflow/deps");
    expect((await install()).folder.named).toBe(join(deps, FOLDER));
    expect((await install({ pool: "clb" })).folder.named).toBe(
      join(project, ".agents/skills/codex-load-balancer"),
    );
    // The caller that stands beside all skills looks there.
    mkdirSync(join(project, ".agents/skills/tmux-workflow"));
    expect((await install()).folder.named).toBe(join(project, ".agents/skills", FOLDER));
    mkdirSync(join(project, ".codex"));
    expect((await install()).notes).toEqual([
      `tmux-workflow is in ${project}/.agents/skills and does not look here; for it, add: --to ${project}/.agents/skills`,
    ]);
    expect(existsSync(skills)).toBe(false);
  });

  test("with commands that run from where the user stands", async () => {
    const { install, home, project, skill } = stage();
    const page = (folder: string) => readFileSync(join(folder, "SKILL.md"), "utf8");
    await install();
    expect(page(skill)).toContain(`\nbash ~/.codex/skills/${FOLDER}/scripts/cap pick `);
    mkdirSync(join(project, ".codex"));
    await install();
    expect(page(join(project, ".codex/skills", FOLDER))).toContain(
      `\nbash .codex/skills/${FOLDER}/scripts/cap pick `,
    );
    const apart = join(home, "two words");
    await install({ to: apart });
    expect(page(join(apart, FOLDER))).toContain(`\nbash ~/'two words/${FOLDER}'/scripts/cap pick `);
  });

  test("below ~/.codex as a link when it is compiled, because each worker gets a copy of all that is there", async () => {
    const { install, host, home, project, skill } = stage();
    const program = join(home, "bin/agentlb");
    put(program, "compiled", 0o755);
    const compiled = { ...host, self: [program] };
    await install({ how: undefined }, compiled);
    expect(readlinkSync(join(skill, "scripts/cap.bin"))).toBe(program);
    await install({ how: "copy" }, compiled);
    expect(readFileSync(join(skill, "scripts/cap.bin"), "utf8")).toBe("compiled");
    expect(() => readlinkSync(join(skill, "scripts/cap.bin"))).toThrow("EINVAL");
    mkdirSync(join(project, ".codex"));
    await install({ how: undefined }, compiled);
    expect(() => readlinkSync(join(project, ".codex/skills", FOLDER, "scripts/cap.bin"))).toThrow("EINVAL");
    // A script is small.
    await install({ how: undefined, to: join(home, ".codex/skills") });
    expect(() => readlinkSync(join(skill, "scripts/cap.js"))).toThrow("EINVAL");
  });

  test("where it is told, from where the user stands", async () => {
    const { install, home, project } = stage();
    expect((await install({ to: "here/and there" })).folder.path).toBe(
      join(project, "here/and there", FOLDER),
    );
    expect((await install({ to: join(home, "there") })).folder.path).toBe(join(home, "there", FOLDER));
    expect(existsSync(join(home, "there", FOLDER, "SKILL.md"))).toBe(true);
  });

  test("into no folder of its own name, and nowhere without a HOME", async () => {
    const { install, host, skill } = stage();
    expect(await refusal(install({ to: skill }))).toMatchObject({
      code: "usage",
      hint: expect.stringContaining(`--to ${dirname(skill)}`),
    });
    expect(await refusal(install({ to: "" }))).toMatchObject({ code: "usage" });
    for (const HOME of [undefined, "", "some/where"]) {
      expect((await refusal(install({}, { ...host, env: { HOME } }))).message).toMatch(
        /HOME is (not set|some)/,
      );
    }
  });

  test("and a caller that will not see it there is named", async () => {
    const { install, project, skills } = stage();
    mkdirSync(join(project, ".codex"));
    expect((await install()).notes).toEqual([]);
    mkdirSync(join(skills, "tmux-workflow"), { recursive: true });
    expect((await install()).notes).toEqual([
      `tmux-workflow is in ${skills} and does not look here; for it, add: --to ${skills}`,
    ]);
    expect((await install({ to: skills })).notes).toEqual([]);
    mkdirSync(join(project, ".codex/skills/tmux-workflow"));
    expect((await install()).notes).toEqual([]);
  });

  test("and a program that its shim prefers is named", async () => {
    const { install, skill } = stage();
    put(join(skill, "scripts/cap-linux-x64"), "", 0o755);
    expect((await install()).notes).toEqual([
      `on a machine that it is made for, ${skill}/scripts/cap-linux-x64 is started instead`,
    ]);
  });
});

describe("links", () => {
  test("to the skill's folder are followed, and said", async () => {
    const { install, remove, home, skill } = stage();
    const real = join(home, "repo", "pool");
    put(join(real, "SKILL.md"), "old", 0o600);
    mkdirSync(dirname(skill), { recursive: true });
    symlinkSync(real, skill);
    const before = contentOf(real);
    const said = [`${skill} is a link; what changes is ${real}`];
    expect((await install()).notes).toEqual(said);
    expect(readFileSync(join(real, "SKILL.md"), "utf8")).toContain(FOLDER);
    expect((await remove()).notes).toEqual(said);
    expect(contentOf(real)).toEqual(before);
    rmSync(join(real, "SKILL.md"));
    await install();
    await remove();
    expect(realpathSync(skill)).toBe(real);
  });

  test("inside of it, that lead elsewhere, are refused and nothing is written there", async () => {
    const { install, remove, home, skill } = stage();
    const other = join(home, "other");
    mkdirSync(other);
    for (const name of ["scripts", ".agentlb"]) {
      mkdirSync(skill, { recursive: true });
      symlinkSync(other, join(skill, name));
      for (const work of [() => install(), () => remove(), () => install({ isDry: true })]) {
        expect((await refusal(work())).message).toBe(
          `Cannot use ${skill}/${name}: it is a link, and what it leads to is not the skill's own`,
        );
      }
      rmSync(join(skill, name));
    }
    expect(readdirSync(other)).toEqual([]);
    rmSync(skill, { recursive: true });
    symlinkSync(join(home, "nowhere"), skill);
    expect((await refusal(install())).message).toContain("it is a link that leads nowhere");
    rmSync(skill);
    put(skill, "a file");
    expect((await refusal(install())).message).toContain("it is not a folder");
  });

  test("instead of a file are replaced, and come back", async () => {
    const { install, remove, home, skill } = stage();
    put(join(home, "repo/cap"), "old", 0o755);
    put(join(home, "repo/cap_config.yaml"), "sources: x");
    mkdirSync(join(skill, "scripts"), { recursive: true });
    symlinkSync(join(home, "repo/cap"), join(skill, "scripts/cap"));
    symlinkSync("../../../repo/nothing", join(skill, "SKILL.md"));
    symlinkSync(join(home, "repo/cap_config.yaml"), join(skill, "scripts/cap_config.yaml"));
    const [before, repo] = [contentOf(skill), contentOf(join(home, "repo"))];
    await install();
    expect(statSync(join(skill, "scripts/cap")).ino).not.toBe(statSync(join(home, "repo/cap")).ino);
    expect(readlinkSync(join(skill, "scripts/cap_config.yaml"))).toBe(join(home, "repo/cap_config.yaml"));
    await remove();
    expect(contentOf(skill)).toEqual(before);
    expect(contentOf(join(home, "repo"))).toEqual(repo);
  });

  test("are made of the program on request, and never of the program to itself", async () => {
    const { install, host, home, program, skill } = stage();
    symlinkSync(program, join(home, "by another name.js"));
    const linked = { ...host, self: ["node", join(home, "by another name.js")] };
    await install({ how: "link" }, linked);
    expect(readlinkSync(join(skill, "scripts/cap.js"))).toBe(program);
    await install({ how: "copy" }, linked);
    expect(readFileSync(join(skill, "scripts/cap.js"), "utf8")).toBe("// one\n");
    const itself = { ...host, self: ["node", join(skill, "scripts/cap.js")] };
    const before = contentOf(skill);
    expect((await refusal(install({ how: "link" }, itself))).message).toContain("to itself");
    await install({ how: "copy" }, itself);
    expect(contentOf(skill)).toEqual(before);
  });
});

test("a dry run changes nothing, not even where there is nothing yet", async () => {
  const { install, remove, home, skill } = stage();
  const empty = contentOf(home);
  const { steps } = await install({ isDry: true });
  expect(steps.filter((step) => step.do === "put")).toHaveLength(5);
  expect(contentOf(home)).toEqual(empty);
  put(join(skill, "SKILL.md"), "old");
  await install();
  const installed = contentOf(home);
  expect((await remove({ isDry: true })).steps).toContainEqual({
    do: "bring back",
    path: "SKILL.md",
    from: ".agentlb/SKILL.md.before",
  });
  expect(contentOf(home)).toEqual(installed);
});

test("of two at once the second waits for the first", async () => {
  const { made, host, install, skill } = stage();
  await install();
  const lock = await tryLock(join(skill, ".agentlb/lock"));
  let waits = 0;
  const patient = made.host({
    slept() {
      waits++;
      lock!.release();
    },
  });
  await install({}, { ...patient, cwd: host.cwd, self: host.self });
  expect(waits).toBe(1);
});

test("what was begun and never finished is cleared away, and nothing else", async () => {
  const { install, remove, skill } = stage();
  put(join(skill, ".agentlb/next.new"), "half a program");
  put(join(skill, ".agentlb/.install.json.0123456789abcdef.tmp"), "{");
  put(join(skill, ".agentlb/mine"), "notes");
  put(join(skill, "scripts/.cap.0123456789abcdef.tmp"), "not ours");
  await install();
  expect(readdirSync(join(skill, ".agentlb")).sort()).toEqual(["install.json", "lock", "mine"]);
  await remove();
  expect(readdirSync(skill, { recursive: true }).sort()).toEqual([
    ".agentlb",
    ".agentlb/lock",
    ".agentlb/mine",
    "scripts",
    "scripts/.cap.0123456789abcdef.tmp",
  ]);
});

test("a removal that was cut short at its very end leaves no empty folder to the next", async () => {
  const { remove, skill } = stage();
  put(join(skill, ".agentlb/lock"), "");
  expect((await remove()).steps).toEqual([]);
  expect(existsSync(skill)).toBe(false);
  mkdirSync(skill, { recursive: true });
  await remove();
  expect(existsSync(skill)).toBe(false);
});

test("a record that can't be read stops all, and says where the originals are", async () => {
  const { install, remove, skill } = stage();
  put(join(skill, ".agentlb/install.json"), "{");
  chmodSync(join(skill, ".agentlb"), 0o700);
  const before = contentOf(skill);
  for (const work of [() => install(), () => remove()]) {
    expect(await refusal(work())).toMatchObject({
      message: `Cannot read ${skill}/.agentlb/install.json, which tells what was installed`,
      hint: expect.stringContaining(".before"),
    });
  }
  expect(contentOf(skill)).toEqual({ ...before, ".agentlb/lock": "600 " });
});

test("trouble in the middle says that nothing is lost and how to go on", async () => {
  const { install, remove, skill } = stage();
  put(join(skill, "SKILL.md"), "old");
  mkdirSync(join(skill, ".agentlb/next.new"), { recursive: true });
  put(join(skill, ".agentlb/next.new/x"), "");
  const failure = await refusal(install());
  expect(failure.hint).toBe("nothing is lost; to finish: agentlb skill install cap");
  rmSync(join(skill, ".agentlb/next.new"), { recursive: true });
  await install();
  await remove();
  expect(contentOf(skill)).toEqual({ "SKILL.md": "644 old" });
});

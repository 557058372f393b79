import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { toolPath } from "../../rig/tools.ts";
import { shareTexts } from "../../scripts/man.ts";
import { inShells, type Person, person } from "./support/installer.ts";
import { makeRelease, program } from "./support/release.ts";

// Manual pages and completions: what install.sh puts beside the folder of the programs, and takes away again.

const TEXTS = await shareTexts();
/** Where each goes, below `~/.local/share`. */
const PLACES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(TEXTS).filter((path) => !path.includes("powershell")).map((path) => {
    const name = path.split("/").at(-1)!;
    const folder = path.startsWith("completions/bash")
      ? "bash-completion/completions"
      : path.startsWith("completions/fish")
      ? "fish/vendor_completions.d"
      : path.startsWith("completions/zsh")
      ? "zsh/site-functions"
      : dirname(path);
    return [path, join(folder, name)];
  }),
);

/** The texts as another version has them. */
function changed(mark: string): Record<string, string> {
  return Object.fromEntries(Object.entries(TEXTS).map(([path, text]) => [path, `${text}# ${mark}\n`]));
}

const shareOf = (who: Person) => join(who.user.home, ".local/share");

/** The files below the share of a person that are pages or completions. */
function extrasOf(who: Person): string[] {
  return Object.values(PLACES).filter((place) => existsSync(join(shareOf(who), place)));
}

inShells("install.sh, with what readers and shells look for,", (person) => {
  test("puts every page and completion in its place, replaces it with the next version, and removes all of it", async () => {
    const who = person();
    const release = makeRelease(who.user.dir, { extras: TEXTS });
    const first = await who.install(["--base", release.folder]);
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(first.stdout).toContain(`manual pages and completions are below ${shareOf(who)}\n`);
    expect(first.stdout).toContain(`fpath=("${shareOf(who)}/zsh/site-functions" $fpath)\n`);
    expect(Object.keys(PLACES).length).toBe(13);
    for (const [path, place] of Object.entries(PLACES)) {
      const file = join(shareOf(who), place);
      expect([place, readFileSync(file, "utf8")]).toEqual([place, TEXTS[path]]);
      expect(statSync(file).mode & 0o777).toBe(0o644);
    }
    const everything = who.everything();
    release.add({ version: "1.1.0", extras: changed("newer") });
    expect(await who.install(["--base", release.folder, "--version", "1.1.0"])).toMatchObject({ code: 0 });
    expect(who.everything()).toEqual(everything);
    for (const place of Object.values(PLACES)) {
      expect(readFileSync(join(shareOf(who), place), "utf8")).toMatch(/# newer\n$/);
    }
    expect(readFileSync(who.receipt, "utf8").trimEnd().split("\n")).toHaveLength(1 + 3 + 13);
    expect(await who.install(["--uninstall"])).toMatchObject({ code: 0, stderr: "" });
    expect(who.everything()).toEqual([".local", ".local/bin", ".local/share"]);
  });

  test("leaves a file of somebody else as it is, and says so", async () => {
    const who = person();
    const own = join(shareOf(who), "bash-completion/completions/cap");
    mkdirSync(dirname(own), { recursive: true });
    writeFileSync(own, "of somebody else");
    const { folder } = makeRelease(who.user.dir, { extras: TEXTS });
    const { code, stdout } = await who.install(["--base", folder]);
    expect(code).toBe(0);
    expect(stdout).toContain(`was not installed by this script: ${own}\n`);
    expect(extrasOf(who)).toHaveLength(13);
    await who.install(["--uninstall"]);
    expect(readFileSync(own, "utf8")).toBe("of somebody else");
    expect(extrasOf(who)).toEqual(["bash-completion/completions/cap"]);
  });
});

describe("when one of them can't be placed", () => {
  test("everything is put back", async () => {
    const who = person();
    const release = makeRelease(who.user.dir, { extras: TEXTS });
    await who.install(["--base", release.folder]);
    const before = who.everything();
    release.add({ version: "1.1.0", agentlb: program("1.1.0"), extras: changed("newer") });
    who.put("mv", `case "$*" in *zsh/site-functions/_cap) exit 1 ;; esac\nexec ${toolPath("mv")} "$@"`);
    const { code, stderr } = await who.install(["--base", release.folder, "--version", "1.1.0"]);
    expect(code).toBe(1);
    expect(stderr).toContain(`Cannot install ${shareOf(who)}/zsh/site-functions/_cap`);
    expect(who.everything()).toEqual(before);
    for (const [path, place] of Object.entries(PLACES)) {
      expect(readFileSync(join(shareOf(who), place), "utf8")).toBe(TEXTS[path]);
    }
    expect(readFileSync(join(who.bin, "agentlb"), "utf8")).toBe(program("1.0.0"));
  });

  test("nothing is left on an empty HOME", async () => {
    const who = person();
    who.put("mv", `case "$*" in *zsh/site-functions/_cap) exit 1 ;; esac\nexec ${toolPath("mv")} "$@"`);
    expect((await who.install(["--base", makeRelease(who.user.dir, { extras: TEXTS }).folder])).code).toBe(1);
    expect(who.everything()).toEqual([".local", ".local/share"]);
    expect(extrasOf(who)).toEqual([]);
  });
});

describe("where there is no place for them", () => {
  test("none are installed, and it is said", async () => {
    const who = person();
    const to = join(who.user.home, "programs");
    const { code, stdout } = await who.install([
      "--base",
      makeRelease(who.user.dir, { extras: TEXTS }).folder,
      "--to",
      to,
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain(
      "manual pages and completions go beside a folder called bin: none were installed\n",
    );
    expect(extrasOf(who)).toEqual([]);
    expect(who.everything().filter((path) => path.startsWith("share"))).toEqual([]);
  });

  test("an uninstall from one folder leaves those of another", async () => {
    const who = person();
    const { folder } = makeRelease(who.user.dir, { extras: TEXTS });
    const other = join(who.user.home, "other 'place'/bin");
    await who.install(["--base", folder]);
    expect(await who.install(["--base", folder, "--to", other])).toMatchObject({ code: 0, stderr: "" });
    const page = join(other, "../share/man/man1/agentlb.1");
    expect(existsSync(page)).toBe(true);
    expect(await who.install(["--uninstall", "--to", other])).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(page)).toBe(false);
    expect(extrasOf(who)).toHaveLength(13);
  });

  test("a page that its reader has changed stays, and is named", async () => {
    const who = person();
    await who.install(["--base", makeRelease(who.user.dir, { extras: TEXTS }).folder]);
    const page = join(shareOf(who), "man/man1/agentlb.1");
    writeFileSync(page, "my own notes");
    const { code, stderr } = await who.install(["--uninstall"]);
    expect(code).toBe(1);
    expect(stderr).toContain(`Cannot remove ${page}: it was changed since`);
    expect(readFileSync(page, "utf8")).toBe("my own notes");
  });
});

test("a build brings them, too", async () => {
  const who = person();
  const dist = join(who.user.dir, "dist");
  for (const [path, text] of Object.entries({ agentlb: program("1.0.0"), ...TEXTS })) {
    mkdirSync(dirname(join(dist, path)), { recursive: true });
    writeFileSync(join(dist, path), text);
  }
  chmodSync(join(dist, "agentlb"), 0o755);
  expect(await who.install(["--from", dist])).toMatchObject({ code: 0, stderr: "" });
  expect(extrasOf(who)).toHaveLength(13);
  rmSync(dist, { recursive: true });
});

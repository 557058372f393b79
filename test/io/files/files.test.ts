import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, type TestContext } from "vitest";
import { ensureFolder, folderIdentity } from "../../../lib/io/files/folders.ts";
import {
  exists,
  fingerprintOf,
  isFolder,
  isLink,
  namesIn,
  readText,
  realPath,
} from "../../../lib/io/files/read.ts";
import { placeNew, putAside, replaceFile, sweepTemporaries } from "../../../lib/io/files/replace.ts";
import { hasTools } from "../../../rig/tools.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");

function folder() {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-files-")));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A disk of 64 KiB; only root can make one. */
function smallDisk(context: TestContext): string {
  const dir = folder();
  const mounted = process.getuid?.() === 0 && hasTools("mount", "umount") &&
    spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "none", dir]).status === 0;
  if (!mounted) context.skip("only root can mount a small disk");
  onTestFinished(() => void spawnSync("umount", [dir]));
  return dir;
}

describe("placing a new file", () => {
  it("makes it whole, for its owner alone, and leaves nothing beside it", () => {
    const dir = folder();
    expect(placeNew(join(dir, "x.json"), "one é\n")).toBe(true);
    expect(readFileSync(join(dir, "x.json"), "utf8")).toBe("one é\n");
    expect(statSync(join(dir, "x.json")).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir)).toEqual(["x.json"]);
  });

  it("never takes a name: neither that of a file nor that of a link that leads nowhere", () => {
    const dir = folder();
    writeFileSync(join(dir, "x.json"), "old");
    symlinkSync(join(dir, "nowhere"), join(dir, "link"));
    expect([placeNew(join(dir, "x.json"), "new"), placeNew(join(dir, "link"), "new")]).toEqual([
      false,
      false,
    ]);
    expect(readFileSync(join(dir, "x.json"), "utf8")).toBe("old");
    expect(readdirSync(dir).sort()).toEqual(["link", "x.json"]);
  });

  it("leaves nothing on a full disk", (context) => {
    const dir = smallDisk(context);
    expect(() => placeNew(join(dir, "x.json"), "x".repeat(300_000))).toThrow();
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe("replacing a file", () => {
  it("makes it, and makes it anew, for its owner alone whatever the umask and the mode before", () => {
    const path = join(folder(), "x.json");
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    for (const text of ["one é\n", "", "x".repeat(300_000)]) {
      replaceFile(path, text);
      expect(readFileSync(path, "utf8")).toBe(text);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      chmodSync(path, 0o666);
    }
  });

  it("leaves nothing else behind", () => {
    const dir = folder();
    replaceFile(join(dir, "a"), "1");
    replaceFile(join(dir, "a"), "2", { durable: true });
    expect(readdirSync(dir)).toEqual(["a"]);
  });

  it("gives who has it open the old one, whole", () => {
    const dir = folder();
    const path = join(dir, "a");
    replaceFile(path, "old");
    linkSync(path, join(dir, "held"));
    replaceFile(path, "new");
    expect(readFileSync(join(dir, "held"), "utf8")).toBe("old");
  });

  it("keeps the one before, if that is asked for", () => {
    const dir = folder();
    const path = join(dir, "a");
    replaceFile(path, "1", { keepPrevious: true });
    expect(readdirSync(dir)).toEqual(["a"]);
    replaceFile(path, "2", { keepPrevious: true });
    replaceFile(path, "3", { keepPrevious: true });
    expect([readFileSync(path, "utf8"), readFileSync(`${path}.prev`, "utf8")]).toEqual(["3", "2"]);
    expect(readdirSync(dir).sort()).toEqual(["a", "a.prev"]);
  });

  it("refuses a link, and follows it only if that is asked for", () => {
    const dir = folder();
    const [path, victim] = [join(dir, "a"), join(dir, "victim")];
    writeFileSync(victim, "untouched");
    symlinkSync("victim", path);
    expect(() => replaceFile(path, "new")).toThrow(/not a regular file/);
    expect(readFileSync(victim, "utf8")).toBe("untouched");
    replaceFile(path, "new", { follow: true });
    expect([readFileSync(victim, "utf8"), isLink(path)]).toEqual(["new", true]);
    expect(readdirSync(dir).sort()).toEqual(["a", "victim"]);
  });

  it("refuses what is no file", () => {
    const dir = folder();
    mkdirSync(join(dir, "a"));
    expect(() => replaceFile(join(dir, "a"), "new")).toThrow(/not a regular file/);
    expect(() => replaceFile(join(dir, "none", "a"), "new")).toThrow(/ENOENT/);
    expect(readdirSync(dir)).toEqual(["a"]);
  });

  it("on a full disk fails, leaves the old one whole and no litter", (context) => {
    const dir = smallDisk(context);
    const path = join(dir, "a");
    replaceFile(path, "old".repeat(1000));
    writeFileSync(join(dir, "filler"), "x".repeat(48 * 1024));
    // What is left takes a part of it: the first write is cut short without an error.
    expect(() => replaceFile(path, "new".repeat(10_000))).toThrow(/ENOSPC|No space left/i);
    expect(readFileSync(path, "utf8")).toBe("old".repeat(1000));
    expect(readdirSync(dir).sort()).toEqual(["a", "filler"]);
    rmSync(join(dir, "filler"));
    replaceFile(path, "new".repeat(10_000));
    expect(readFileSync(path, "utf8")).toHaveLength(30_000);
  });
});

describe("a file", () => {
  it("that is not there has no text; any other trouble is told", () => {
    const dir = folder();
    writeFileSync(join(dir, "a"), "text");
    expect(readText(join(dir, "a"))).toBe("text");
    expect(readText(join(dir, "none"))).toBeUndefined();
    expect(readText(join(dir, "a", "below"))).toBeUndefined();
    expect(() => readText(dir)).toThrow(`Cannot read ${dir}: it is a folder, not a file`);
  });

  it("has another fingerprint after each change, and the same without one", () => {
    const dir = folder();
    const path = join(dir, "a");
    expect(fingerprintOf(path)).toBeUndefined();
    replaceFile(path, "1");
    const first = fingerprintOf(path);
    expect(fingerprintOf(path)).toBe(first);
    replaceFile(path, "2");
    expect(fingerprintOf(path)).not.toBe(first);
    const second = fingerprintOf(path);
    utimesSync(path, 1, 1);
    expect(fingerprintOf(path)).not.toBe(second);
    symlinkSync(path, join(dir, "link"));
    expect(fingerprintOf(join(dir, "link"))).toBe(fingerprintOf(path));
  });

  it("that can't be trusted is put aside under a name with the time; five of those are kept", () => {
    const dir = folder();
    const path = join(dir, "a.json");
    const names: string[] = [];
    for (let i = 0; i < 7; i++) {
      writeFileSync(path, `bad ${i}`);
      names.push(putAside(path, NOW + i * 1000));
    }
    expect(names[0]).toMatch(/a\.json\.corrupt-20261120T120000Z-[0-9a-f]{4}$/);
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(dir).map((name) => readFileSync(join(dir, name), "utf8")).sort()).toEqual(
      [2, 3, 4, 5, 6].map((i) => `bad ${i}`),
    );
  });

  it("that a crash left half written is swept away after an hour, and nothing else is", () => {
    const dir = folder();
    const ours = ".status.json.0123456789abcdef.tmp";
    const others = ["status.json", ".x.tmp", "0123456789abcdef.tmp", ".fresh.0123456789abcdef.tmp"];
    for (const name of [ours, ...others]) writeFileSync(join(dir, name), "");
    mkdirSync(join(dir, ".folder.0123456789abcdef.tmp"));
    for (
      const name of [ours, "status.json", ".x.tmp", "0123456789abcdef.tmp", ".folder.0123456789abcdef.tmp"]
    ) {
      utimesSync(join(dir, name), NOW / 1000 - 3601, NOW / 1000 - 3601);
    }
    utimesSync(join(dir, ".fresh.0123456789abcdef.tmp"), NOW / 1000 - 3599, NOW / 1000 - 3599);
    sweepTemporaries(dir, NOW);
    expect(readdirSync(dir).sort()).toEqual([...others, ".folder.0123456789abcdef.tmp"].sort());
    sweepTemporaries(join(dir, "none"), NOW);
  });
});

describe("a folder", () => {
  it("is made with those above it, for its owner alone", () => {
    const path = join(folder(), "a", "b");
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    ensureFolder(path);
    chmodSync(path, 0o755);
    ensureFolder(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(statSync(join(path, "..")).mode & 0o777).toBe(0o700);
  });

  it("is told from everything else", () => {
    const dir = folder();
    writeFileSync(join(dir, "file"), "");
    symlinkSync(".", join(dir, "link"));
    symlinkSync("loop", join(dir, "loop"));
    symlinkSync("nowhere", join(dir, "dangling"));
    const names = ["link", "file", "loop", "dangling", "none"];
    expect(names.map((name) => isFolder(join(dir, name)))).toEqual([true, false, false, false, false]);
    expect(names.map((name) => exists(join(dir, name)))).toEqual([true, true, true, true, false]);
    expect(names.map((name) => isLink(join(dir, name)))).toEqual([true, false, true, true, false]);
    expect(names.map((name) => realPath(join(dir, name)) !== undefined)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(names.map((name) => folderIdentity(join(dir, name)))).toEqual([
      folderIdentity(dir),
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("is the same one whatever happens in it, and another one when it was made anew", () => {
    const path = join(folder(), "a");
    mkdirSync(path);
    const first = folderIdentity(path);
    writeFileSync(join(path, "x"), "");
    expect(folderIdentity(path)).toBe(first);
    mkdirSync(`${path}.new`);
    expect(folderIdentity(`${path}.new`)).not.toBe(first);
  });

  it("that is not there is empty", () => {
    const dir = folder();
    writeFileSync(join(dir, "a"), "");
    expect(namesIn(dir)).toEqual(["a"]);
    expect(namesIn(join(dir, "none"))).toEqual([]);
    expect(() => namesIn(join(dir, "a"))).toThrow();
  });
});

/** What a release consists of, on this machine's program alone; `npm run release:check` does all of them. */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Ajv } from "ajv";
import { default as addFormats } from "ajv-formats";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { pack, stageArchive, type Texts } from "../../scripts/release/archive.ts";
import { debName } from "../../scripts/release/deb.ts";
import { shareTexts } from "../../scripts/man.ts";
import { releaseBase, writeInstallers } from "../../scripts/release/installers.ts";
import { hostTarget, targetOf, TARGETS } from "../../scripts/release/targets.ts";
import { TREE } from "../../rig/codex.ts";
import { patience } from "../../rig/patience.ts";
import { commandOf } from "../../rig/program.ts";
import { isolation } from "../../rig/refusing_proxy.ts";
import { finished } from "../../rig/result.ts";
import { describeWith } from "../../rig/tools.ts";

const [BUN] = commandOf("bun");
const { version } = JSON.parse(readFileSync(join(TREE, "package.json"), "utf8"));
const host = hostTarget(TREE);
const archive = `agentlb-${version}-${host.name}${host.archive}`;
const bill = `agentlb-${version}.cdx.json`;

let dir: string;
/** The two folders of the same release. */
let one: string;
let two: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "agentlb-rig-release-"));
  one = await released("one", {});
  two = await released("another/folder", { TZ: "Pacific/Kiritimati", LANG: "tr_TR.UTF-8" }, "077");
}, patience(120_000));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Makes a release in a folder of its own, compressed as little as possible. */
async function released(name: string, env: Record<string, string>, umask = "022"): Promise<string> {
  const out = join(dir, name);
  const words = [join(TREE, "scripts/release.ts"), "--target", host.name, "--out", out, "--level", "1"];
  const child = spawn("sh", ["-c", `umask ${umask} && exec "$@"`, "sh", BUN, ...words], {
    env: { ...process.env, ...env },
    cwd: dir,
    stdio: "pipe",
  });
  child.stdin.end();
  const { code, stdout, stderr } = await finished(child, 100_000);
  expect({ code, stderr, stdout }).toMatchObject({ code: 0 });
  return join(out, "release");
}

test("the same sources make the same bytes, wherever, whenever and by whomever", () => {
  const names = readdirSync(one).sort();
  expect(names).toEqual(expect.arrayContaining([bill, archive, "SHA256SUMS", "install.sh"]));
  expect(readdirSync(two).sort()).toEqual(names);
  const different = names.filter((name) =>
    !readFileSync(join(one, name)).equals(readFileSync(join(two, name)))
  );
  expect(different).toEqual([]);
  expect(readdirSync(dirname(one)).sort(), "nothing else is left").toEqual([host.name, "release"]);
});

test("SHA256SUMS is what sha256sum checks, and it names every file", () => {
  const check = (folder: string) => spawnSync("sha256sum", ["-c", "--strict", "SHA256SUMS"], { cwd: folder });
  expect(check(one).status).toBe(0);
  const named = readFileSync(join(one, "SHA256SUMS"), "utf8").trimEnd().split("\n").map((line) =>
    /^[0-9a-f]{64} {2}(\S+)$/.exec(line)?.[1]
  );
  expect(named).toEqual(readdirSync(one).filter((name) => name !== "SHA256SUMS").sort());
  onTestFinished(() => rmSync(join(dir, "changed"), { recursive: true }));
  mkdirSync(join(dir, "changed"));
  for (const name of readdirSync(one)) {
    writeFileSync(join(dir, "changed", name), readFileSync(join(one, name)));
  }
  appendFileSync(join(dir, "changed", bill), " ");
  expect(check(join(dir, "changed")).status).toBe(1);
});

/** What is with the program besides the licences: README.md, what it and its pages link to, and the schemas. */
const PAGES = [
  "README.md",
  "CHANGELOG.md",
  "SECURITY.md",
  ...["docs", "docs/screens", "schemas"].flatMap((folder) =>
    readdirSync(join(TREE, folder)).filter((name) => name !== "screens").map((name) => `${folder}/${name}`)
  ),
];

/** The pages and completions by their paths in an archive. */
const SHARED = Object.keys(await shareTexts());

describeWith(["dpkg-deb"], "the package for Debian", () => {
  const deb = debName(host, version);

  test.runIf(deb !== undefined)(
    "unpacks to the program under three names, owned by root, with its licences",
    () => {
      const place = mkdtempSync(join(dir, "debian-"));
      const dpkg = (...words: string[]) => spawnSync("dpkg-deb", words, { encoding: "utf8" });
      const file = join(one, deb!);
      expect(dpkg("-f", file, "Package", "Version").stdout).toBe(`Package: agentlb\nVersion: ${version}\n`);
      const rows = dpkg("-c", file).stdout.trimEnd().split("\n").map((line) => line.split(/\s+/));
      expect(new Set(rows.map(([, owner]) => owner))).toEqual(new Set(["0/0"]));
      expect(rows.map((row) => [row[0], row.slice(5).join(" ")])).toEqual([
        ["drwxr-xr-x", "./"],
        ["drwxr-xr-x", "./usr/"],
        ["drwxr-xr-x", "./usr/bin/"],
        ["-rwxr-xr-x", "./usr/bin/agentlb"],
        [expect.stringMatching(/^l/), "./usr/bin/clb -> agentlb"],
        ["drwxr-xr-x", "./usr/lib/"],
        ["drwxr-xr-x", "./usr/lib/agentlb/"],
        [expect.stringMatching(/^l/), "./usr/lib/agentlb/cap -> ../../bin/agentlb"],
        ["drwxr-xr-x", "./usr/share/"],
        ["drwxr-xr-x", "./usr/share/bash-completion/"],
        ["drwxr-xr-x", "./usr/share/bash-completion/completions/"],
        ["-rw-r--r--", "./usr/share/bash-completion/completions/agentlb"],
        ["-rw-r--r--", "./usr/share/bash-completion/completions/clb"],
        ["drwxr-xr-x", "./usr/share/doc/"],
        ["drwxr-xr-x", "./usr/share/doc/agentlb/"],
        ...[...PAGES, "copyright", "docs/", "docs/screens/", "schemas/"].sort().map((path) => [
          path.endsWith("/") ? "drwxr-xr-x" : "-rw-r--r--",
          `./usr/share/doc/agentlb/${path}`,
        ]),
        ["drwxr-xr-x", "./usr/share/fish/"],
        ["drwxr-xr-x", "./usr/share/fish/vendor_completions.d/"],
        ["-rw-r--r--", "./usr/share/fish/vendor_completions.d/agentlb.fish"],
        ["-rw-r--r--", "./usr/share/fish/vendor_completions.d/clb.fish"],
        ["drwxr-xr-x", "./usr/share/man/"],
        ["drwxr-xr-x", "./usr/share/man/man1/"],
        ["-rw-r--r--", "./usr/share/man/man1/agentlb-cap.1.gz"],
        ["-rw-r--r--", "./usr/share/man/man1/agentlb.1.gz"],
        ["-rw-r--r--", "./usr/share/man/man1/clb.1.gz"],
        ["drwxr-xr-x", "./usr/share/man/man5/"],
        ["-rw-r--r--", "./usr/share/man/man5/agentlb-config.5.gz"],
        ["drwxr-xr-x", "./usr/share/zsh/"],
        ["drwxr-xr-x", "./usr/share/zsh/vendor-completions/"],
        ["-rw-r--r--", "./usr/share/zsh/vendor-completions/_agentlb"],
        ["-rw-r--r--", "./usr/share/zsh/vendor-completions/_clb"],
      ]);
      expect(dpkg("-x", file, place).status).toBe(0);
      const run = (name: string, word: string) =>
        spawnSync(join(place, name === "cap" ? "usr/lib/agentlb" : "usr/bin", name), [word], {
          env: { HOME: place },
          encoding: "utf8",
        }).stdout;
      expect(run("agentlb", "--version")).toBe(`agentlb ${version}\n`);
      expect(run("cap", "-h")).toMatch(/^usage: cap /);
      expect(run("clb", "-h")).toMatch(/^usage: clb /);
      const page = readFileSync(join(place, "usr/share/man/man1/agentlb.1.gz"));
      expect([...page.subarray(3, 8), page[9]]).toEqual([0, 0, 0, 0, 0, 255]);
      expect(gunzipSync(page).toString()).toMatch(/^\.TH AGENTLB 1 /m);
    },
  );

  test.runIf(deb !== undefined && process.getuid?.() === 0)(
    "gives the name cap, unless another package has it, and takes it away again",
    () => {
      const root = mkdtempSync(join(dir, "root-"));
      for (const folder of ["info", "updates", "alternatives"]) {
        mkdirSync(join(root, "var/lib/dpkg", folder), { recursive: true });
      }
      mkdirSync(join(root, "etc/alternatives"), { recursive: true });
      for (const name of ["status", "available"]) writeFileSync(join(root, "var/lib/dpkg", name), "");
      const dpkg = (...words: string[]) => {
        const how = ["--force-script-chrootless", "--force-depends", "--log=/dev/null"];
        const { status, stderr } = spawnSync("dpkg", [`--root=${root}`, ...how, ...words], {
          encoding: "utf8",
        });
        expect({ status, stderr }).toMatchObject({ status: 0 });
      };
      const cap = join(root, "usr/bin/cap");
      const other = anotherCap();
      dpkg("-i", join(one, deb!));
      expect(readlinkSync(cap)).toBe("/etc/alternatives/cap");
      expect(readlinkSync(join(root, "etc/alternatives/cap"))).toBe("/usr/lib/agentlb/cap");
      dpkg("-i", other);
      expect(readFileSync(cap, "utf8")).toBe("another\n");
      dpkg("-r", "agentlb");
      dpkg("-i", join(one, deb!));
      expect(readFileSync(cap, "utf8")).toBe("another\n");
      dpkg("-r", "another");
      dpkg("-r", "agentlb");
      expect(existsSync(join(root, "usr/bin"))).toBe(false);
    },
  );

  /** A package that has a program of that name, as Debian's capistrano. */
  function anotherCap(): string {
    const tree = mkdtempSync(join(dir, "another-"));
    chmodSync(tree, 0o755);
    for (const folder of ["DEBIAN", "usr/bin"]) mkdirSync(join(tree, folder), { recursive: true });
    writeFileSync(
      join(tree, "DEBIAN/control"),
      "Package: another\nVersion: 1\nArchitecture: all\nMaintainer: nobody\nDescription: a program\n",
    );
    writeFileSync(join(tree, "usr/bin/cap"), "another\n");
    expect(spawnSync("dpkg-deb", ["-b", tree, `${tree}.deb`]).status).toBe(0);
    return `${tree}.deb`;
  }
});

test("what README.md and its pages link to is in the archive", () => {
  const { stdout } = spawnSync("tar", ["-tzf", join(one, archive)], { encoding: "utf8" });
  const names = stdout.trimEnd().split("\n").map((path) => path.slice(path.indexOf("/") + 1));
  for (const page of PAGES) {
    const links = readFileSync(join(TREE, page), "utf8").matchAll(/\]\((?!https?:|#)([^)#]+)/g);
    for (const [, link = ""] of links) expect(names, page).toContain(join(dirname(page), link));
  }
});

test("of a tree that was not built, the npm package is built first", async () => {
  const tree = mkdtempSync(join(dir, "unbuilt-"));
  for (
    const name of readdirSync(TREE).filter((name) => !["node_modules", "dist", "test", ".git"].includes(name))
  ) {
    cpSync(join(TREE, name), join(tree, name), { recursive: true });
  }
  symlinkSync(join(TREE, "node_modules"), join(tree, "node_modules"));
  const folder = join(tree, "dist/release");
  const words = [join(tree, "scripts/release.ts"), "--target", host.name, "--level", "1"];
  const child = spawn(BUN, words, { env: process.env, cwd: tree, stdio: "pipe" });
  child.stdin.end();
  const { code, stdout, stderr } = await finished(child, 100_000);
  expect({ code, stdout, stderr }).toMatchObject({ code: 0 });
  const packed = spawnSync("tar", ["-tzf", join(folder, `agentlb-${version}.tgz`)], { encoding: "utf8" });
  expect(packed.stdout.split("\n")).toContain("package/dist/js/cap.js");
}, patience(120_000));

test("the npm package is among the files, with everything that it needs", () => {
  const { stdout } = spawnSync("tar", ["-tzf", join(one, `agentlb-${version}.tgz`)], { encoding: "utf8" });
  const names = stdout.trimEnd().split("\n");
  for (
    const name of [
      "package.json",
      "dist/js/agentlb.js",
      "dist/js/cap.js",
      "dist/js/mod.js",
      "dist/types/mod.d.ts",
      ...SHARED.map((path) => `dist/${path}`),
    ]
  ) {
    expect(names).toContain(`package/${name}`);
  }
});

describeWith(["python3"], "the archive", () => {
  const folder = `agentlb-${version}-${host.name}`;

  test("holds one program with three names, and the texts; nothing says who packed it, or when", () => {
    const script = `
import tarfile, sys
for m in tarfile.open(sys.argv[1]):
    print(m.name, m.type.decode(), m.linkname, oct(m.mode), m.mtime, m.uid, m.gid, repr(m.uname + m.gname + str(m.pax_headers)))
`;
    const { stdout } = spawnSync("python3", ["-c", script, join(one, archive)], { encoding: "utf8" });
    const row = (name: string, rest: string) => `${folder}/${name} ${rest} 315532800 0 0 '{}'`;
    expect(stdout.trimEnd().split("\n")).toEqual([
      row("agentlb", "0  0o755"),
      row("cap", `1 ${folder}/agentlb 0o755`),
      row("clb", `1 ${folder}/agentlb 0o755`),
      row("LICENSE", "0  0o644"),
      row("README.md", "0  0o644"),
      row("THIRD-PARTY-LICENSES", "0  0o644"),
      ...PAGES.slice(1).map((path) => row(path, "0  0o644")),
      ...SHARED.map((path) => row(path, "0  0o644")),
    ]);
    expect(SHARED).toContain("man/man1/agentlb.1");
    // The header of gzip: no name, no time, and the system is "unknown".
    expect([...readFileSync(join(one, archive)).subarray(3, 8)]).toEqual([0, 0, 0, 0, 0]);
    expect(readFileSync(join(one, archive))[9]).toBe(255);
  });

  test("unpacks to programs that run", () => {
    const place = mkdtempSync(join(dir, "unpacked-"));
    expect(spawnSync("tar", ["-xzf", join(one, archive), "-C", place]).status).toBe(0);
    const path = (name: string) => join(place, folder, name);
    expect(statSync(path("agentlb")).nlink).toBe(3);
    expect(statSync(path("cap")).ino).toBe(statSync(path("agentlb")).ino);
    const env = { HOME: place, PATH: "/usr/bin:/bin" };
    const run = (name: string, ...args: string[]) => spawnSync(path(name), args, { env, encoding: "utf8" });
    expect(run("agentlb", "--version").stdout).toBe(`agentlb ${version}\n`);
    expect(run("cap", "-h").stdout).toMatch(/^usage: cap /);
    expect(run("clb", "-h").stdout).toMatch(/^usage: clb /);
  });

  test("for Windows is a zip with commands for the other names, and the same whenever it is made", async () => {
    const target = targetOf("windows-x64");
    const name = `agentlb-${version}-${target.name}`;
    const built = join(dir, "windows");
    mkdirSync(built);
    writeFileSync(join(built, "agentlb.exe"), "MZ".repeat(5000));
    for (const other of ["cap", "clb"]) writeFileSync(join(built, `${other}.cmd`), `@${other}\r\n`);
    const texts: Texts = {
      LICENSE: "may\n",
      "README.md": "do\n",
      "THIRD-PARTY-LICENSES": "so\n",
      "docs/page.md": "how\n",
    };
    const files = await Promise.all(["first", "second"].map(async (stage) => {
      const file = join(dir, stage, `${name}.zip`);
      stageArchive(join(dir, stage, "stage"), name, target, { built, texts });
      await pack(join(dir, stage, "stage"), file, target, { texts, level: 9 });
      return file;
    }));
    expect(readFileSync(files[0]!).equals(readFileSync(files[1]!))).toBe(true);
    const script = `
import zipfile, sys
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
for i in z.infolist(): print(i.filename, i.date_time[:3], oct(i.external_attr >> 16), i.extra)
`;
    const { stdout } = spawnSync("python3", ["-c", script, files[0]!], { encoding: "utf8" });
    const row = (path: string, mode: string) => `${name}/${path} (1980, 1, 1) ${mode} b''`;
    expect(stdout.trimEnd().split("\n")).toEqual([
      row("agentlb.exe", "0o100755"),
      row("cap.cmd", "0o100755"),
      row("clb.cmd", "0o100755"),
      row("LICENSE", "0o100644"),
      row("README.md", "0o100644"),
      row("THIRD-PARTY-LICENSES", "0o100644"),
      row("docs/page.md", "0o100644"),
    ]);
  });
});

describe("the bill of materials", () => {
  test("is valid CycloneDX, by the schema of its makers", () => {
    const text = readFileSync(join(one, bill), "utf8");
    const valid = schema();
    expect(valid(JSON.parse(text)), JSON.stringify(valid.errors)).toBe(true);
    expect(valid({ ...JSON.parse(text), components: [{ type: "library" }] })).toBe(false);
    expect(text).not.toMatch(/timestamp|serialNumber|urn:uuid/);
  });

  test("names what is in the programs, as locked, and nothing else", () => {
    const { components } = JSON.parse(readFileSync(join(one, bill), "utf8")) as { components: Component[] };
    // Bun notes in a bundle that isn't minified where each part is from.
    const bundle = readFileSync(join(TREE, "dist/js/agentlb.js"), "utf8");
    const notes = bundle.matchAll(/^\s*\/\/ (?:\S*\/)?node_modules\/((?:@[^/\s]+\/)?[^/\s]+)\//gm);
    const bundled = new Set([...notes].map(([, name]) => name));
    expect(bundled.size).toBeGreaterThan(3);
    expect(new Set(components.map(({ name }) => name))).toEqual(new Set([...bundled, "bun"]));

    const { packages } = JSON.parse(readFileSync(join(TREE, "package-lock.json"), "utf8"));
    const runtimes = components.find(({ name }) => name === "bun")?.components ?? [];
    expect(runtimes).toHaveLength(TARGETS.length);
    for (const { group, name, version, purl, hashes, licenses } of [...components, ...runtimes]) {
      const whole = group === undefined ? name : `${group}/${name}`;
      const locked = packages[`node_modules/${whole}`];
      expect(version).toBe(locked.version);
      expect(decodeURIComponent(purl)).toBe(`pkg:npm/${whole}@${version}`);
      const digest = Buffer.from(locked.integrity.replace("sha512-", ""), "base64").toString("hex");
      expect(hashes).toEqual([{ alg: "SHA-512", content: digest }]);
      expect(licenses[0]?.license?.id).toMatch(/^(MIT|ISC|BSD-3-Clause)$/);
    }
  });

  test("goes with a text of all their licences", () => {
    const { components } = JSON.parse(readFileSync(join(one, bill), "utf8")) as { components: Component[] };
    const place = mkdtempSync(join(dir, "texts-"));
    const path = `agentlb-${version}-${host.name}/THIRD-PARTY-LICENSES`;
    expect(spawnSync("tar", ["-xzf", join(one, archive), "-C", place, path]).status).toBe(0);
    const text = readFileSync(join(place, path), "utf8");
    const headings = [...text.matchAll(/^-{80}\n(\S+) (\S+) \((\S+)\)/gm)].map(([, name]) => name);
    expect(headings.sort()).toEqual(components.map(({ name }) => name).sort());
    for (const name of headings.filter((name) => name !== "bun")) {
      const folder = join(TREE, "node_modules", name!);
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry)) ?? "";
      expect(text).toContain(readFileSync(join(folder, file), "utf8").trim());
    }
    expect(text).toContain("Bun statically links JavaScriptCore (and WebKit), which is LGPL-2 licensed.");
  });
});

describe("what comes from elsewhere, and where to", () => {
  test("a runtime comes from the registry that npm is told to use, and is the locked one or none", async () => {
    const target = TARGETS.find(({ name }) => name !== host.name && !name.startsWith("windows"))!;
    const tree = mkdtempSync(join(dir, "tree-"));
    for (const folder of [`node_modules/${host.runtime}`, "package/bin"]) {
      mkdirSync(join(tree, folder), { recursive: true });
    }
    const bunVersion = JSON.parse(readFileSync(join(TREE, "node_modules/bun/package.json"), "utf8")).version;
    writeFileSync(join(tree, "package/bin/bun"), "a runtime");
    writeFileSync(
      join(tree, "package/package.json"),
      JSON.stringify({ name: target.runtime, version: bunVersion }),
    );
    expect(spawnSync("tar", ["-czf", "packed.tgz", "package"], { cwd: tree }).status).toBe(0);
    const packed = readFileSync(join(tree, "packed.tgz"));
    const integrity = `sha512-${createHash("sha512").update(packed).digest("base64")}`;

    const asked: string[] = [];
    const registry = createServer((request, response) => {
      asked.push(decodeURIComponent(request.url ?? ""));
      if (request.url?.endsWith(".tgz")) return void response.end(packed);
      const dist = { tarball: `http://${request.headers.host}/packed.tgz`, integrity };
      const versions = { [bunVersion]: { name: target.runtime, version: bunVersion, dist } };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ name: target.runtime, "dist-tags": { latest: bunVersion }, versions }));
    });
    await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => new Promise<void>((resolve) => registry.close(() => resolve())));
    const { port } = registry.address() as AddressInfo;
    writeFileSync(join(tree, ".npmrc"), `registry=http://127.0.0.1:${port}/\nupdate-notifier=false\n`);

    const fetched = async (locked: string) => {
      const packages = { [`node_modules/${target.runtime}`]: { version: bunVersion, integrity: locked } };
      writeFileSync(join(tree, "package-lock.json"), JSON.stringify({ packages }));
      const script = `
        import { runtimeOf } from ${JSON.stringify(join(TREE, "scripts/release/runtimes.ts"))};
        import { targetOf } from ${JSON.stringify(join(TREE, "scripts/release/targets.ts"))};
        console.log(await runtimeOf(${JSON.stringify(tree)}, targetOf("${target.name}")));
      `;
      const env = {
        ...isolation(),
        PATH: process.env.PATH ?? "",
        HOME: tree,
        npm_config_cache: join(tree, "npm"),
      };
      const child = spawn(BUN, ["-e", script], { cwd: tree, env, stdio: "pipe" });
      child.stdin.end();
      return await finished(child, 60_000);
    };
    const other = `sha512-${createHash("sha512").update("another").digest("base64")}`;
    const refused = await fetched(other);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain(`${target.runtime}@${bunVersion} is not what package-lock.json names`);
    expect(refused.stderr).toContain(`\n  came   ${integrity}\n  locked ${other}\n`);

    const { code, stdout, stderr } = await fetched(integrity);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(readFileSync(stdout.trim(), "utf8")).toBe("a runtime");
    expect([...new Set(asked)]).toEqual([`/${target.runtime}`, "/packed.tgz"]);
  });

  test("the address of a release follows from the repository, and there is none without one", () => {
    for (const named of ["git+https://code.example/me/it.git", { url: "https://code.example/me/it" }]) {
      expect(releaseBase(named, "1.2.3")).toBe("https://code.example/me/it/releases/download/v1.2.3");
    }
    expect(releaseBase(undefined, "1.2.3")).toBe(undefined);
    expect(() => releaseBase("http://code.example/me/it", "1.2.3")).toThrow("no https address");
    expect(() => releaseBase("https://code.example/me/i't", "1.2.3")).toThrow("no https address");
  });

  test("the install scripts get that address", () => {
    const place = mkdtempSync(join(dir, "installers-"));
    const names = writeInstallers(TREE, place, "https://code.example/me/it/releases/download/v1.2.3");
    expect(names).toEqual(["install.sh", "install.ps1"].filter((name) => existsSync(join(TREE, name))));
    for (const name of names) {
      const [was, is] = [TREE, place].map((folder) => readFileSync(join(folder, name), "utf8").split("\n"));
      const changed = is!.filter((line, at) => line !== was![at]);
      expect(changed).toEqual([
        expect.stringMatching(/ ?= ?'https:\/\/code\.example\/me\/it\/releases\/download\/v1\.2\.3'$/),
      ]);
    }
  });
});

interface Component {
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes: unknown;
  readonly licenses: readonly { readonly license?: { readonly id?: string } }[];
  readonly components?: readonly Component[];
}

/** The official schema of CycloneDX 1.6, out of the package of its makers. */
function schema() {
  const main = createRequire(import.meta.url).resolve("@cyclonedx/cyclonedx-library/package.json");
  const read = (name: string) =>
    JSON.parse(readFileSync(join(dirname(main), "res/schema", `${name}.SNAPSHOT.schema.json`), "utf8"));
  const ajv = new Ajv({ strict: false, allErrors: true });
  for (const name of ["spdx", "jsf-0.82", "cryptography-defs"]) {
    ajv.addSchema(read(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  }
  addFormats.default(ajv);
  for (const format of ["iri-reference", "idn-email"]) ajv.addFormat(format, true);
  return ajv.compile(read("bom-1.6"));
}

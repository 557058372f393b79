import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { signal } from "../../lib/io/process/process.ts";
import { processesOf } from "../../rig/leftover.ts";
import { finished } from "../../rig/result.ts";
import { hasTools } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { inShells, INSTALLER, person } from "./support/installer.ts";
import { HERE, makeRelease, serve, sha256 } from "./support/release.ts";

const ARCHIVE = `agentlb-1.0.0-${HERE}.tar.gz`;

/** Ways to spoil a release, and what is said of it. */
const SPOILED: readonly [
  fault: string,
  spoil: (folder: string, sums: (edit: (text: string) => string) => void) => void,
  words: string,
][] = [
  [
    "an archive that was cut short",
    (folder) => truncateSync(join(folder, ARCHIVE), 100),
    `Cannot install ${ARCHIVE}: what came is not what SHA256SUMS says`,
  ],
  [
    "an archive in which one byte differs",
    (folder) => {
      const bytes = readFileSync(join(folder, ARCHIVE));
      bytes[bytes.length >> 1]! ^= 1;
      writeFileSync(join(folder, ARCHIVE), bytes);
    },
    "what came is not what SHA256SUMS says",
  ],
  [
    "another checksum",
    (_, sums) => sums((text) => text.replaceAll(/[0-9a-f]{64}/g, "a".repeat(64))),
    "what came is not what SHA256SUMS says",
  ],
  [
    "no archive for this machine",
    (_, sums) => sums((text) => text.replace(HERE, `${HERE}-musl`)),
    `names no agentlb for ${HERE}`,
  ],
  [
    "an archive that SHA256SUMS doesn't name",
    (_, sums) => sums(() => ""),
    `names no agentlb for ${HERE}`,
  ],
  [
    "checksums that were cut short in the name",
    (_, sums) => sums((text) => text.slice(0, -4)),
    `names no agentlb for ${HERE}`,
  ],
  [
    "a checksum that is none",
    (_, sums) => sums((text) => text.replaceAll(/[0-9a-f]{60}/g, "")),
    "SHA256SUMS has no checksum of it",
  ],
  [
    "a name that leads elsewhere",
    (_, sums) => sums((text) => text.replace("agentlb-1.0.0-linux", "../agentlb-1.0.0-linux")),
    `names no agentlb for ${HERE}`,
  ],
  [
    "a name that leads elsewhere in the end",
    (_, sums) => sums((text) => text.replace("agentlb-1.0.0-linux", "agentlb-1/../agentlb-1.0.0-linux")),
    `names no agentlb for ${HERE}`,
  ],
  [
    "two versions",
    (_, sums) => sums((text) => text + text.replaceAll("1.0.0", "2.0.0")),
    `Cannot choose between ${ARCHIVE} and ${ARCHIVE.replace("1.0.0", "2.0.0")}`,
  ],
  [
    "something else with the right checksum",
    (folder, sums) => {
      writeFileSync(join(folder, ARCHIVE), "no archive");
      sums(() => `${sha256(join(folder, ARCHIVE))}  ${ARCHIVE}\n`);
    },
    `Cannot unpack ${ARCHIVE}`,
  ],
];

inShells("nothing is installed, and nothing left behind, of", (person) => {
  test.each(SPOILED)("%s", async (_, spoil, words) => {
    const who = person();
    const { folder, sums } = makeRelease(who.user.dir);
    spoil(folder, sums);
    const { url } = await serve(folder);
    const { code, stderr } = await who.install(["--base", url]);
    expect(stderr).toContain(words);
    expect(code).toBe(1);
    expect(who.everything()).toEqual([]);
  });

  test.each(["SHA256SUMS", ARCHIVE])("a server that closes in the middle of %s", async (name) => {
    const who = person();
    const { url } = await serve(makeRelease(who.user.dir).folder, { [name]: "cut" });
    const { code, stderr } = await who.install(["--base", url]);
    expect(stderr).toContain(`Cannot get ${url}/${name}: `);
    expect(code).toBe(1);
    expect(who.everything()).toEqual([]);
  });

  test("a server that has no such release", async () => {
    const who = person();
    const { url } = await serve(makeRelease(who.user.dir).folder);
    const { code, stderr } = await who.install(["--base", `${url}/of/old`]);
    expect(stderr).toContain(`Cannot get ${url}/of/old/SHA256SUMS: curl: (22) `);
    expect(code).toBe(1);
    expect(who.everything()).toEqual([]);
  });

  test.each(
    [
      ["SIGTERM", "the script"],
      ["SIGHUP", "the script"],
      ["SIGINT", "everybody at the terminal"],
    ] as const,
  )("a download that %s to %s interrupts", async (name, whom) => {
    const who = person();
    mkdirSync(who.bin, { recursive: true });
    const { url, underWay } = await serve(makeRelease(who.user.dir).folder, { [ARCHIVE]: "hang" });
    const child = who.start(["--base", url]);
    const ended = finished(child, 60_000);
    await until(() => underWay() === 1, "the download has begun");
    signal(whom === "the script" ? child.pid! : -child.pid!, name);
    expect(await ended).toMatchObject({ code: null, signal: name });
    expect(who.everything()).toEqual([".local", ".local/bin"]);
    await until(() => underWay() === 0, "nobody downloads any more");
    expect(processesOf(who.user.home)).toEqual([]);
  });

  test("a program that doesn't run here", async () => {
    const who = person();
    const { folder } = makeRelease(who.user.dir, {
      agentlb: "#!/bin/sh\necho 'Illegal instruction' >&2\nexit 132\n",
    });
    const { code, stderr } = await who.install(["--base", folder]);
    expect(stderr).toContain(`Cannot install ${ARCHIVE}: it doesn't run here: Illegal instruction`);
    expect(code).toBe(1);
    expect(who.everything()).toEqual([]);
  });
});

describe("the release comes", () => {
  test.each(["curl", "wget", "busybox wget"])("with nothing but %s", async (loader) => {
    const who = person(["dash"], { loaders: [loader] });
    const { folder } = makeRelease(who.user.dir);
    const { url, asked } = await serve(folder);
    expect(await who.install(["--base", url])).toMatchObject({ code: 0, stderr: "" });
    expect(asked).toHaveLength(2);
    const cut = await serve(folder, { [ARCHIVE]: "cut" });
    const before = readFileSync(who.receipt, "utf8");
    const again = await who.install(["--base", cut.url]);
    expect(again.stderr).toContain(`Cannot get ${cut.url}/${ARCHIVE}: `);
    expect(again.code).toBe(1);
    expect(readFileSync(who.receipt, "utf8")).toBe(before);
    const away = await who.install(["--base", `${url}/away`]);
    expect(away.stderr).toMatch(/Cannot get \S+\/SHA256SUMS: .*404/);
  });

  test("with neither of them not at all, but from a folder", async () => {
    const who = person(["dash"], { loaders: [] });
    const { folder } = makeRelease(who.user.dir);
    const { url, asked } = await serve(folder);
    const { code, stderr } = await who.install(["--base", url]);
    expect(stderr).toContain("Cannot download: there is neither curl nor wget on PATH");
    expect([code, asked]).toEqual([1, []]);
    expect(await who.install(["--base", folder])).toMatchObject({ code: 0, stderr: "" });
  });

  test("not with a wget that can't tell who answers", async () => {
    const who = person(["dash"], { loaders: [] });
    const { folder } = makeRelease(who.user.dir);
    who.put(
      "wget",
      `[ "$1" = --version ] && exit 1\n` +
        `echo "wget: note: TLS certificate validation not implemented" >&2\n` +
        `cp "${folder}/\${4##*/}" "$3"`,
    );
    const { code, stderr } = await who.install(["--base", "https://release.invalid"]);
    expect(stderr).toContain("Cannot download safely: this wget checks no certificates");
    expect(code).toBe(1);
    expect(who.everything()).toEqual([]);
  });

  test.each([["curl", "-o"], ["wget", "-O"]])(
    "with %s from an address and no other way",
    async (loader, to) => {
      const who = person(["dash"], { loaders: [] });
      const { folder } = makeRelease(who.user.dir);
      // Stands for the program, and writes down how it was called.
      const log = join(who.user.dir, "calls");
      who.put(
        loader,
        `[ "$1" = --version ] && { echo GNU Wget; exit; }\necho "$*" >>"${log}"\n` +
          `while [ "$1" != ${to} ]; do shift; done\ncp "${folder}/\${3##*/}" "$2"`,
      );
      const { code, stderr } = await who.install(["--base", "https://release.invalid/x/"]);
      expect(stderr).toBe("");
      expect(code).toBe(0);
      const calls = readFileSync(log, "utf8").trim().split("\n");
      expect(calls.map((call) => call.split(" ").at(-1))).toEqual([
        "https://release.invalid/x/SHA256SUMS",
        `https://release.invalid/x/${ARCHIVE}`,
      ]);
      if (loader === "curl") { for (const call of calls) expect(call).toContain("--proto =https "); }
    },
  );
});

describe("what came is checked", () => {
  const CHECKS = ["sha256sum", "shasum", "openssl"].filter((name) => hasTools(name));

  test.each(CHECKS)("with nothing but %s", async (check) => {
    const who = person(["dash"], { checks: [check] });
    const { folder } = makeRelease(who.user.dir);
    expect(await who.install(["--base", folder])).toMatchObject({ code: 0, stderr: "" });
    truncateSync(join(folder, ARCHIVE), 100);
    expect((await who.install(["--base", folder])).stderr).toContain("not what SHA256SUMS says");
    expect(await who.install(["--uninstall"])).toMatchObject({ code: 0, stderr: "" });
  });

  test("and with none of them nothing is installed", async () => {
    const who = person(["dash"], { checks: [] });
    const { code, stderr } = await who.install(["--base", makeRelease(who.user.dir).folder]);
    expect(stderr).toContain("there is no sha256sum, shasum or openssl on PATH");
    expect(code).toBe(1);
    expect(who.everything()).toEqual([]);
  });
});

describe("where the release is", () => {
  test("nobody said: nothing is touched", async () => {
    const who = person();
    const { code, stderr } = await who.install([]);
    expect(stderr).toBe(
      "install.sh: error: Cannot install: nobody said where the release is\n" +
        "install.sh: hint: --base URL, or AGENTLB_RELEASE_BASE\n",
    );
    expect(code).toBe(1);
    expect(who.everything()).toEqual([]);
  });

  test("the environment says, unless the command line does", async () => {
    const who = person();
    const { url } = await serve(makeRelease(who.user.dir).folder);
    const env = { AGENTLB_RELEASE_BASE: url };
    expect(await who.install([], { env })).toMatchObject({ code: 0 });
    expect((await who.install(["--base", join(who.user.dir, "none")], { env })).code).toBe(1);
  });

  test("the script says that was made with the release", async () => {
    const who = person();
    const { url } = await serve(makeRelease(who.user.dir).folder);
    const text = readFileSync(INSTALLER, "utf8");
    const script = text.replace("\nRELEASE_BASE=''\n", `\nRELEASE_BASE='${url}'\n`);
    expect(script).not.toBe(text);
    expect(await who.install([], { script })).toMatchObject({ code: 0, stderr: "" });
  });

  test.each([
    ["http://release.invalid", "what comes by http:// can be changed on its way"],
    ["http://localhost.release.invalid", "what comes by http://"],
    ["http://127.0.0.1.release.invalid/x", "what comes by http://"],
    ["http://127.0.0.1\\@release.invalid", "a URL with a login in it"],
    ["http://127.0.0.1:1@release.invalid", "a URL with a login in it"],
    ["https://me:secret@release.invalid", "a URL with a login in it"],
    ["http://localhost#.release.invalid", "what comes by http://"],
    ["ftp://release.invalid", "neither https:// nor a folder that is there"],
    ["-o", "neither https:// nor a folder that is there"],
  ])("%s is refused", async (base, words) => {
    const who = person();
    const calls = join(who.user.dir, "calls");
    for (const loader of ["curl", "wget"]) who.put(loader, `echo "$*" >>"${calls}"; exit 1`);
    const { code, stderr } = await who.install(["--base", base]);
    expect(stderr).toContain(words);
    expect(stderr).not.toContain("secret");
    expect(code).toBe(1);
    expect(existsSync(calls)).toBe(false);
    expect(who.everything()).toEqual([]);
  });

  test.each(["http://127.0.0.1:9", "http://localhost:9", "http://[::1]:9"])("%s is tried", async (base) => {
    const { stderr } = await person().install(["--base", base]);
    expect(stderr).toContain(`Cannot get ${base}/SHA256SUMS: curl: (7) `);
  });

  test("with --insecure any http:// is tried", async () => {
    const who = person();
    const calls = join(who.user.dir, "calls");
    who.put("curl", `echo "$*" >>"${calls}"; exit 1`);
    expect((await who.install(["--base", "http://release.invalid", "--insecure"])).code).toBe(1);
    expect(readFileSync(calls, "utf8")).toContain("http://release.invalid/SHA256SUMS");
  });
});

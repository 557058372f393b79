/** Debian packages, made without Debian's tools and with the same bytes everywhere. */
import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { create } from "tar";
import type { ShareTexts } from "../man.ts";
import { type Texts, writeTexts } from "./archive.ts";
import type { Target } from "./targets.ts";

/** Debian's architecture names for the targets with a package. */
const MACHINES: Readonly<Record<string, string>> = { "linux-x64": "amd64", "linux-arm64": "arm64" };

const DOC = "usr/share/doc/agentlb";

/** Of every file in it, in seconds: as of the archives. */
const TIME = Date.UTC(1980, 0, 1) / 1000;

export interface DebianPackage {
  readonly version: string;
  readonly description: string;
  /** The program. */
  readonly program: string;
  readonly texts: Texts;
  /** The manual pages and completions by their paths in an archive. */
  readonly share: ShareTexts;
  /** Of compression, 1 to 9. */
  readonly level: number;
}

/** The name of a target's package; undefined when there is none. */
export function debName(target: Target, version: string): string | undefined {
  const machine = MACHINES[target.name];
  // For Debian, "-" starts its own revision, and "~" marks a pre-release.
  return machine === undefined ? undefined : `agentlb_${debVersion(version)}_${machine}.deb`;
}

/** Writes the package `file` of a target; `stage` is a folder for intermediate files. */
export function writeDeb(stage: string, file: string, target: Target, made: DebianPackage): void {
  const work = mkdtempSync(join(stage, "deb-"));
  try {
    const root = join(work, "root");
    const size = layOut(root, made);
    const control = join(work, "control");
    mkdirSync(control);
    chmodSync(control, 0o755); // whatever the umask is here
    writeFileSync(join(control, "control"), controlText(target, made, size));
    chmodSync(join(control, "control"), 0o644);
    for (const [name, text] of Object.entries(SCRIPTS)) {
      writeFileSync(join(control, name), text);
      chmodSync(join(control, name), 0o755);
    }
    // By name, because folders are listed in another order on every machine; with no owner, which is root.
    const pack = (cwd: string, name: string) => {
      const path = join(work, name);
      const gzip = { level: made.level };
      const how = { portable: true, noDirRecurse: true, mtime: new Date(TIME * 1000), gzip };
      create({ file: path, cwd, sync: true, ...how }, [".", ...listed(cwd)]);
      return readFileSync(path);
    };
    writeFileSync(
      file,
      ar([
        ["debian-binary", Buffer.from("2.0\n")],
        ["control.tar.gz", pack(control, "control.tar.gz")],
        ["data.tar.gz", pack(root, "data.tar.gz")],
      ]),
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** All that is below a folder, as paths from there. */
function listed(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).sort().map((path) => `./${path}`);
}

/** Lays the files out below `root`; returns their size in KiB. */
function layOut(root: string, { program, texts, share, level }: DebianPackage): number {
  const folders = ["usr", "usr/bin", "usr/lib", "usr/lib/agentlb", "usr/share", "usr/share/doc", DOC];
  for (const folder of [".", ...folders]) mkdirSync(join(root, folder), { recursive: true });
  for (const folder of [".", ...folders]) chmodSync(join(root, folder), 0o755);
  const path = join(root, "usr/bin/agentlb");
  try {
    linkSync(program, path);
  } catch {
    copyFileSync(program, path);
  }
  symlinkSync("agentlb", join(dirname(path), "clb"));
  // Debian's capistrano has a /usr/bin/cap, too: the name there is an alternative.
  symlinkSync("../../bin/agentlb", join(root, "usr/lib/agentlb/cap"));
  const { LICENSE, "THIRD-PARTY-LICENSES": others, ...pages } = texts;
  const files = { copyright: `${LICENSE}\n${others}`, ...pages };
  writeTexts(join(root, DOC), files);
  for (const [path, text] of Object.entries(share)) {
    const place = sharePlace(path);
    if (place !== undefined) writeShared(join(root, "usr/share"), place, text, level);
  }
  const bytes = Object.values(files).reduce(
    (sum, text) => sum + Buffer.byteLength(text),
    statSync(path).size,
  );
  return Math.ceil(bytes / 1024);
}

/**
 * The place below /usr/share of a page or a completion. What is called cap may belong to another package: its page has a
 * name of its own, and its completion is left to the user.
 */
function sharePlace(path: string): string | undefined {
  const [, kind, name = ""] = /^(?:completions\/)?(\w+)\/(?:.*\/)?([^/]+)$/.exec(path) ?? [];
  if (kind === "man") return `${path.replace(/\/cap\.1$/, "/agentlb-cap.1")}.gz`;
  if (/^_?cap(\.|$)/.test(name)) return undefined;
  switch (kind) {
    case "bash":
      return `bash-completion/completions/${name}`;
    case "fish":
      return `fish/vendor_completions.d/${name}`;
    case "zsh":
      return `zsh/vendor-completions/${name}`;
    default:
      return undefined;
  }
}

function writeShared(root: string, place: string, text: string, level: number): void {
  for (let folder = dirname(place); folder !== "."; folder = dirname(folder)) {
    mkdirSync(join(root, folder), { recursive: true });
    chmodSync(join(root, folder), 0o755);
  }
  const file = join(root, place);
  writeFileSync(file, place.endsWith(".gz") ? packed(text, level) : text);
  chmodSync(file, 0o644);
}

/** A text compressed without a time and, as in the archives, by no system in particular. */
function packed(text: string, level: number): Uint8Array {
  const bytes = gzipSync(text, { level });
  bytes[9] = 255;
  return bytes;
}

/**
 * The scripts of the package. Where another package's `cap` is, update-alternatives leaves it, and `agentlb cap` does the
 * same.
 */
const SCRIPTS: Readonly<Record<string, string>> = {
  postinst: `#!/bin/sh
set -e
if [ "$1" = configure ]; then
  update-alternatives --quiet --install /usr/bin/cap cap /usr/lib/agentlb/cap 50
fi
`,
  prerm: `#!/bin/sh
set -e
if [ "$1" != upgrade ]; then
  update-alternatives --quiet --remove cap /usr/lib/agentlb/cap
fi
`,
};

function controlText(target: Target, { version, description }: DebianPackage, size: number): string {
  return `Package: agentlb
Version: ${debVersion(version)}
Architecture: ${MACHINES[target.name]}
Maintainer: the authors of agentlb
Installed-Size: ${size}
Depends: libc6 (>= 2.17)
Suggests: tmux
Section: utils
Priority: optional
Description: ${description}
`;
}

function debVersion(version: string): string {
  return version.replace("-", "~");
}

/** An archive of the kind that ar(1) writes. */
function ar(members: readonly (readonly [name: string, content: Buffer])[]): Buffer {
  const parts: Buffer[] = [Buffer.from("!<arch>\n")];
  for (const [name, content] of members) {
    const fields = [[name, 16], [TIME, 12], [0, 6], [0, 6], ["100644", 8], [content.length, 10]] as const;
    parts.push(Buffer.from(`${fields.map(([field, width]) => String(field).padEnd(width)).join("")}\`\n`));
    parts.push(content);
    if (content.length % 2 === 1) parts.push(Buffer.from("\n"));
  }
  return Buffer.concat(parts);
}

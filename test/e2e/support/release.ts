import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** The build that machines of the tests have: this one's, because the shell of busybox asks no other `uname`. */
export const HERE = process.arch === "arm64" ? "linux-arm64" : "linux-x64";

/** A program that can only say what it is. */
export const program = (version: string) => `#!/bin/sh\necho "agentlb ${version}"\n`;

export interface Archive {
  readonly version?: string;
  readonly target?: string;
  /** The bytes of agentlb; a script that says its version when not given. */
  readonly agentlb?: string | Uint8Array;
  /** The manual pages and completions in it, by their paths; none when not given. */
  readonly extras?: Readonly<Record<string, string>>;
}

/** A folder with archives as a release has them. */
export interface Release {
  readonly folder: string;
  /** Packs an archive, names it in SHA256SUMS, and returns its name. */
  add(archive?: Archive): string;
  /** Replaces the text of SHA256SUMS. */
  sums(edit: (text: string) => string): void;
}

/** A release in a new folder below `dir`, with one archive. */
export function makeRelease(dir: string, archive: Archive = {}): Release {
  const folder = join(dir, "release");
  mkdirSync(folder);
  const sumsFile = join(folder, "SHA256SUMS");
  writeFileSync(sumsFile, `${"0".repeat(64)}  agentlb-1.0.0.cdx.json\n`);
  const release: Release = {
    folder,
    add({ version = "1.0.0", target = HERE, agentlb = program(version), extras = {} } = {}) {
      const name = `agentlb-${version}-${target}`;
      const inside = join(dir, name);
      mkdirSync(inside);
      writeFileSync(join(inside, "agentlb"), agentlb);
      chmodSync(join(inside, "agentlb"), 0o755);
      for (const other of ["cap", "clb"]) linkSync(join(inside, "agentlb"), join(inside, other));
      writeFileSync(join(inside, "README.md"), "words\n");
      for (const [path, text] of Object.entries(extras)) {
        mkdirSync(dirname(join(inside, path)), { recursive: true });
        writeFileSync(join(inside, path), text);
      }
      const file = join(folder, `${name}.tar.gz`);
      const { status, stderr } = spawnSync("tar", ["-C", dir, "--sort=name", "-czf", file, name], {
        encoding: "utf8",
      });
      if (status !== 0) throw new Error(stderr);
      rmSync(inside, { recursive: true });
      release.sums((text) => `${text}${sha256(file)}  ${name}.tar.gz\n`);
      return `${name}.tar.gz`;
    },
    sums: (edit) => writeFileSync(sumsFile, edit(readFileSync(sumsFile, "utf8"))),
  };
  release.add(archive);
  return release;
}

/** What a server does with a file: "cut" closes the connection in the middle, "hang" sends half and no more. */
export type Manner = "cut" | "hang";

export interface ReleaseServer {
  /** Without a slash at its end. */
  readonly url: string;
  /** The paths that were asked for. */
  readonly asked: readonly string[];
  /** How many answers are under way. */
  underWay(): number;
}

/** Serves a folder on loopback for the running test; `manners` names files that don't arrive. */
export async function serve(
  folder: string,
  manners: Readonly<Record<string, Manner>> = {},
): Promise<ReleaseServer> {
  const asked: string[] = [];
  const hanging = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? "/").slice(1));
    asked.push(path);
    const manner = manners[path];
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(join(folder, path));
    } catch {
      response.writeHead(404).end("there is no such file\n");
      return;
    }
    response.writeHead(200, { "content-length": bytes.length });
    if (manner === undefined) {
      response.end(bytes);
      return;
    }
    response.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => {
      if (manner === "cut") response.destroy();
    });
    if (manner === "hang") {
      hanging.add(response);
      response.on("close", () => hanging.delete(response));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    underWay: () => hanging.size,
  };
}

/** The digest of a file in hexadecimal. */
export function sha256(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

import { objectOf, renderObject, textOf } from "../text/json.ts";
import { formatTimeMs, parseTime } from "../text/time.ts";
import { kindOfKept } from "./kept_file.ts";

/** One file of a backup. */
export interface KeptFile {
  /** Below the root, with slashes. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What a backup holds: the content of its manifest.json. */
export interface Manifest {
  /** Epoch milliseconds. */
  readonly createdMs: number;
  /** The version of agentlb that made it. */
  readonly version: string;
  /** A user asked for it, or it keeps what a restore replaces. */
  readonly reason: "asked" | "before a restore";
  readonly files: readonly KeptFile[];
}

const SCHEMA = "agentlb.backup-manifest/1";

/** The text of a manifest. */
export function renderManifest({ createdMs, version, reason, files }: Manifest): string {
  return `${
    renderObject([
      ["schema", SCHEMA],
      ["createdAt", formatTimeMs(createdMs)],
      ["version", version],
      ["reason", reason],
      ["files", files],
    ])
  }\n`;
}

/** Reads a manifest. Throws Error for one that is not ours, or names a file that no backup keeps. */
export function parseManifest(text: string): Manifest {
  const fields = objectOf(JSON.parse(text));
  const createdMs = parseTime(fields?.get("createdAt"));
  const files = fields?.get("files");
  if (fields?.get("schema") !== SCHEMA || createdMs === undefined || !Array.isArray(files)) {
    throw new Error("it is no manifest of a backup");
  }
  return {
    createdMs,
    version: textOf(fields.get("version")),
    reason: fields.get("reason") === "before a restore" ? "before a restore" : "asked",
    files: files.map(fileOf),
  };
}

function fileOf(value: unknown): KeptFile {
  const fields = objectOf(value);
  const [path, sha256] = [textOf(fields?.get("path")), textOf(fields?.get("sha256"))];
  const bytes = fields?.get("bytes");
  if (kindOfKept(path) === undefined || !/^[0-9a-f]{64}$/.test(sha256) || !Number.isSafeInteger(bytes)) {
    throw new Error("it names a file that no backup keeps");
  }
  return { path, bytes: bytes as number, sha256 };
}

/** The name of a backup: its time in UTC, and four letters that tell it from others. */
export function backupName(createdMs: number, letters: string): string {
  return `${new Date(createdMs).toISOString().replace(/[-:]|\.\d+/g, "")}-${letters}`;
}

/** Tells whether a name is one of a backup: those being made have another. */
export function isBackupName(name: string): boolean {
  return /^\d{8}T\d{6}Z-[0-9a-f]{4}$/.test(name);
}

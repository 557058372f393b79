import type { Made } from "../../../app/backup/create.ts";
import type { Backup } from "../../../app/backup/load.ts";
import type { Restored } from "../../../app/backup/restore.ts";
import { aliasOfKept, kindOfKept } from "../../../core/backup/kept_file.ts";
import { formatBytes } from "../../../core/system/bytes.ts";
import { printable } from "../../../core/text/printable.ts";
import { formatSpan, formatTimeMs } from "../../../core/text/time.ts";
import type {
  BackupEntry,
  BackupOutput,
  BackupRestoredOutput,
  BackupsOutput,
} from "../../output/handling.ts";
import { jsonText } from "../../output/json.ts";

/** The sessions whose logins a backup holds. */
export function loginsIn({ manifest }: Pick<Backup, "manifest">): string[] {
  return (manifest?.files ?? []).filter(({ path }) => kindOfKept(path) === "login")
    .map(({ path }) => aliasOfKept(path) ?? "");
}

/** The output of `agentlb backup create`. */
export function backupText(made: Made): string {
  return `${made.name}  ${contentWords(made)}\n`;
}

/** The output of `agentlb backup create --json`. */
export function backupJson(made: Made): string {
  return jsonText<BackupOutput>({
    schema: "agentlb.backup/1",
    ...entryOf({ ...made, problem: undefined }),
    leftOut: made.leftOut,
  });
}

/** The output of `agentlb backup list`: one line for each backup, the oldest first. */
export function backupsText(backups: readonly Backup[], nowMs: number): string {
  return backups.map((backup) => {
    const { name, manifest, problem } = backup;
    const age = manifest === undefined ? "" : `${formatSpan(Math.max(0, nowMs - manifest.createdMs))} ago, `;
    const why = manifest?.reason === "before a restore" ? ", before a restore" : "";
    const damage = problem === undefined ? "" : `, damaged, not restored: ${printable(problem)}`;
    return `${name}  ${age}${contentWords(backup)}${why}${damage}\n`;
  }).join("");
}

/** The output of `agentlb backup list --json`. */
export function backupsJson(folder: string, backups: readonly Backup[]): string {
  return jsonText<BackupsOutput>({ schema: "agentlb.backups/1", folder, backups: backups.map(entryOf) });
}

/** The output of `agentlb backup restore`. */
export function restoredText({ backup, before, files, made }: Restored): string {
  if (before === undefined) return `nothing to restore: everything is as in ${backup}\n`;
  return [
    ...files.map((path) => `restored: ${printable(path)}\n`),
    ...made.map((alias) => `made again: ${printable(alias)}\n`),
    `what was there before is in ${before}\n`,
  ].join("");
}

/** The output of `agentlb backup restore --json`. */
export function restoredJson({ backup, before, files, made }: Restored): string {
  return jsonText<BackupRestoredOutput>({
    schema: "agentlb.backup-restored/1",
    backup,
    before: before ?? null,
    files,
    made,
  });
}

function contentWords(backup: Pick<Backup, "manifest">): string {
  const files = backup.manifest?.files ?? [];
  const logins = loginsIn(backup);
  const size = formatBytes(files.reduce((sum, { bytes }) => sum + bytes, 0));
  const withLogins = logins.length === 0
    ? "no logins"
    : `the ${logins.length === 1 ? "login" : "logins"} of ${
      logins.map((alias) => printable(alias)).join(", ")
    }`;
  return `${files.length} ${files.length === 1 ? "file" : "files"}, ${size}, ${withLogins}`;
}

function entryOf(backup: Pick<Backup, "name" | "folder" | "manifest" | "problem">): BackupEntry {
  const { name, folder, manifest, problem } = backup;
  const files = manifest?.files ?? [];
  return {
    name,
    folder,
    createdAt: manifest === undefined ? null : formatTimeMs(manifest.createdMs),
    reason: manifest?.reason ?? null,
    files: files.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    logins: loginsIn(backup),
    problem: problem ?? null,
  };
}

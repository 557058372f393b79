import { isBackupName } from "../../core/backup/manifest.ts";
import type { Candidate } from "../../core/completion/candidate.ts";
import type { Layout } from "../../core/system/layout.ts";
import { namesIn } from "../../io/files/read.ts";

/** The names of all backups, the newest first. Reads none of them. */
export function knownBackups(layout: Layout): Candidate[] {
  return namesIn(layout.backups).filter(isBackupName).sort().reverse().map((text) => ({ text, about: "" }));
}

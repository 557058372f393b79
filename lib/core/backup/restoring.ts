import { objectOf, renderObject, textOf } from "../text/json.ts";
import { isBackupName } from "./manifest.ts";

/**
 * The restoring of a backup. It is written down before the first file is replaced and dropped after the last, so one that
 * was cut short is finished by the next call:
 *
 *     present state kept ──> written down ──> every file replaced ──> dropped
 *          └── nothing has changed   └── finished    └── finished
 */
export interface Restoring {
  /** The name of the backup. */
  readonly backup: string;
  /** The backup of what was there before. */
  readonly before: string;
  readonly withLogins: boolean;
  /** Logins are put back although they may be dead. */
  readonly isForced: boolean;
}

const SCHEMA = "agentlb.restoring/1";

/** The text of state/restoring.json. */
export function renderRestoring(restoring: Restoring): string {
  return `${renderObject([["schema", SCHEMA], ...Object.entries(restoring)])}\n`;
}

/** Reads state/restoring.json. Throws Error unless it holds one of ours. */
export function parseRestoring(text: string): Restoring {
  const fields = objectOf(JSON.parse(text));
  const [backup, before] = [textOf(fields?.get("backup")), textOf(fields?.get("before"))];
  if (fields?.get("schema") !== SCHEMA || !isBackupName(backup) || !isBackupName(before)) {
    throw new Error("it is no record of a restore");
  }
  return {
    backup,
    before,
    withLogins: fields.get("withLogins") === true,
    isForced: fields.get("isForced") === true,
  };
}

import { join } from "node:path";
import { parseRecord, renderRecord, type ShareRecord } from "../../core/sharing/record.ts";
import { codexSettingsOf, localSettingsOf, shareRecordOf } from "../../core/system/layout.ts";
import { Failure, wordsOf } from "../../core/text/failure.ts";
import { fingerprintOf, kindOf, namesIn, readOwn } from "../../io/files/read.ts";
import { putAside, replaceFile } from "../../io/files/replace.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";

/** The record of what a home shares; undefined when it shares nothing. Throws Failure for a broken one. */
export function readRecord(home: string): ShareRecord | undefined {
  const path = shareRecordOf(home);
  // It holds the settings made last, twice at most.
  const text = readOwn(path, MOST_BYTES.table);
  if (text === undefined) return undefined;
  try {
    return parseRecord(text);
  } catch (error) {
    throw new BrokenRecord(`Cannot read ${path}: ${wordsOf(error)}`, error);
  }
}

/** A record that cannot be understood; sharing again makes it anew. */
class BrokenRecord extends Failure {
  constructor(message: string, cause: unknown) {
    super("failed", message, { cause, hint: "to make it anew: agentlb share <alias>" });
  }
}

/** The same for sharing anew: a broken record is put aside, as nothing in it is needed for that. */
export function recoverRecord(home: string, nowMs: number, isDry: boolean): ShareRecord | undefined {
  try {
    return readRecord(home);
  } catch (error) {
    if (!(error instanceof BrokenRecord)) throw error;
    if (!isDry) putAside(shareRecordOf(home), nowMs);
    return undefined;
  }
}

export function writeRecord(home: string, record: ShareRecord): void {
  replaceFile(shareRecordOf(home), renderRecord(record), { durable: "file" });
}

/** What the settings of a home are made from, at this moment. */
export function printsOf(home: string, from: string): string {
  const profiles = namesIn(from).filter((name) => name.endsWith(".config.toml")).sort();
  const files = [codexSettingsOf(from), localSettingsOf(home), ...profiles.map((name) => join(from, name))]
    .map(printOf);
  return [...files, kindOf(codexSettingsOf(home)) ?? "none"].join(" ");
}

function printOf(path: string): string {
  try {
    return fingerprintOf(path) ?? "none";
  } catch {
    return "unreadable";
  }
}

import { join } from "node:path";
import { parseRecord, renderRecord, type ShareRecord } from "../../core/sharing/record.ts";
import { codexSettingsOf, localSettingsOf, shareRecordOf } from "../../core/system/layout.ts";
import { fingerprintOf, kindOf, namesIn, readOwn } from "../../io/files/read.ts";
import { replaceFile } from "../../io/files/replace.ts";

/** The record of what a home shares; undefined when it shares nothing. Throws Error for a broken one. */
export function readRecord(home: string): ShareRecord | undefined {
  const text = readOwn(shareRecordOf(home));
  return text === undefined ? undefined : parseRecord(text);
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

import { parseTrashRecord, type TrashRecord } from "../../core/session/trash_record.ts";
import { type Layout, trashRecordOf } from "../../core/system/layout.ts";
import { readOwn } from "../../io/files/read.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";

/** What was remembered of a removed session; undefined without a record that can be read. */
export function recordIn(layout: Layout, name: string): TrashRecord | undefined {
  try {
    return parseTrashRecord(readOwn(trashRecordOf(layout, name), MOST_BYTES.table) ?? "");
  } catch {
    return undefined;
  }
}

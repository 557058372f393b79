import { join } from "node:path";
import type { Finding } from "../../core/doctor/finding.ts";
import { finding } from "../../core/doctor/finding.ts";
import { parseMode } from "../../core/pick/adaptive_state.ts";
import { parseLeases } from "../../core/session/leases.ts";
import { parsePaused } from "../../core/session/paused.ts";
import { parseGlobalState, parseSessionState } from "../../core/session/state.ts";
import { parseStatus } from "../../core/session/status.ts";
import { parseAnswer } from "../../core/sharing/record.ts";
import { parseBindings } from "../../core/thread/binding.ts";
import {
  authFileOf,
  homeOf,
  type Layout,
  localSettingsOf,
  sessionStateOf,
  shareRecordOf,
} from "../../core/system/layout.ts";
import { UnfitFile, wordsOf } from "../../core/text/failure.ts";
import { exists, namesIn, readOwn } from "../../io/files/read.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";
import { checkFile } from "../../io/files/open.ts";
import { configOf } from "../codex/homes.ts";
import { readSettings } from "../config/file.ts";
import { aliasesOf } from "../session/sessions.ts";
import type { Around } from "./around.ts";

/** Checks that all files of the root can be parsed. */
export function lookAtFiles({ layout }: Around): Finding[] {
  return [
    ...settingsFindings(layout),
    ...parsedFiles(layout).flatMap(unreadable),
    ...exists(layout.restoring)
      ? [finding("restore-unfinished", "a backup was being restored", "", { kind: "restore" })]
      : [],
    ...aliasesOf(layout).flatMap((alias) => [
      ...notFile(shareRecordOf(homeOf(layout, alias)), true),
      ...[authFileOf, configOf, localSettingsOf].flatMap((fileOf) => notFile(fileOf(homeOf(layout, alias)))),
    ]),
    ...otherFiles(layout).flatMap((path) => notFile(path, true)),
  ];
}

/** Tells whether a file of the root can't be parsed. */
export function isBroken(layout: Layout, path: string): boolean {
  return parsedFiles(layout).filter((file) => file.path === path).some((file) =>
    unreadable(file).some(({ check }) => check !== "file-odd")
  );
}

/** A file that this room parses. */
interface ParsedFile {
  readonly check: "status-broken" | "state-broken";
  readonly path: string;
  readonly parse: (text: string) => unknown;
  readonly repair?: "put aside" | "put status aside";
}

function parsedFiles(layout: Layout): ParsedFile[] {
  const { status, globalState, leases, paused, policy, bindings, sharing } = layout;
  const state = (path: string, parse: ParsedFile["parse"]): ParsedFile => {
    return { check: "state-broken", path, parse, repair: "put aside" };
  };
  return [
    { check: "status-broken", path: status, parse: parseStatus, repair: "put status aside" },
    state(globalState, parseGlobalState),
    state(leases, parseLeases),
    state(paused, parsePaused),
    state(policy, parseMode),
    // Without it bound folders would be open to all sessions.
    { check: "state-broken", path: bindings, parse: parseBindings },
    state(sharing, parseAnswer),
    ...aliasesOf(layout).map((alias) => state(sessionStateOf(layout, alias), parseSessionState)),
  ];
}

/** The finding about a file that is refused. */
export function oddFile({ message, path }: UnfitFile): Finding {
  return finding("file-odd", message, path);
}

/** The files of ours that this room does not parse. */
function otherFiles(layout: Around["layout"]): string[] {
  const { readings, pidFile, log, children, caller, ownRecord, elsewhere, codexVersions, threads } = layout;
  const { events, eventMarks, restoring } = layout;
  return [
    ...[readings, pidFile, log, children, caller, ownRecord, elsewhere, codexVersions, threads],
    ...[events, eventMarks, restoring],
    ...[layout.history, layout.runs, layout.locks].flatMap((folder) =>
      namesIn(folder).map((name) => join(folder, name))
    ),
  ];
}

function notFile(path: string, isOwn = false): Finding[] {
  try {
    checkFile(path, isOwn);
    return [];
  } catch (error) {
    if (error instanceof UnfitFile) return [oddFile(error)];
    return []; // missing, or other checks tell
  }
}

function settingsFindings(layout: Around["layout"]): Finding[] {
  try {
    return readSettings(layout).problems.map(({ kind, line, message }) =>
      finding(
        kind === "error" ? "config-broken" : "config-odd",
        `${layout.config}: ${line === undefined ? "" : `line ${line}: `}${message}`,
        layout.config,
      )
    );
  } catch (error) {
    return [
      error instanceof UnfitFile ? oddFile(error) : finding("config-broken", wordsOf(error), layout.config),
    ];
  }
}

function unreadable({ check, path, parse, repair }: ParsedFile): Finding[] {
  try {
    const text = readOwn(path, MOST_BYTES.table);
    if (text !== undefined) parse(text);
    return [];
  } catch (error) {
    if (error instanceof UnfitFile) return [oddFile(error)];
    const what = `${path}: ${wordsOf(error)}`;
    return [finding(check, what, path, repair && { kind: repair, path })];
  }
}

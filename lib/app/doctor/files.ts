import type { CheckName, Finding } from "../../core/doctor/finding.ts";
import { finding } from "../../core/doctor/finding.ts";
import { parseMode } from "../../core/pick/adaptive_state.ts";
import { parseLeases } from "../../core/session/leases.ts";
import { parsePaused } from "../../core/session/paused.ts";
import { parseGlobalState, parseSessionState } from "../../core/session/state.ts";
import { parseStatus } from "../../core/session/status.ts";
import { sessionStateOf } from "../../core/system/layout.ts";
import { wordsOf } from "../../core/text/failure.ts";
import { readText } from "../../io/files/read.ts";
import { readSettings } from "../config/file.ts";
import { aliasesOf } from "../session/sessions.ts";
import type { Around } from "./around.ts";

/** Checks that all files of the root can be parsed. */
export function lookAtFiles({ layout }: Around): Finding[] {
  const { status, globalState, leases, paused, policy } = layout;
  return [
    ...settingsFindings(layout),
    ...unreadable("status-broken", status, parseStatus),
    ...unreadable("state-broken", globalState, parseGlobalState),
    ...unreadable("state-broken", leases, parseLeases),
    ...unreadable("state-broken", paused, parsePaused),
    ...unreadable("state-broken", policy, parseMode),
    ...aliasesOf(layout).flatMap((alias) =>
      unreadable("state-broken", sessionStateOf(layout, alias), parseSessionState)
    ),
  ];
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
    return [finding("config-broken", wordsOf(error), layout.config)];
  }
}

function unreadable(check: CheckName, path: string, parse: (text: string) => unknown): Finding[] {
  try {
    const text = readText(path);
    if (text !== undefined) parse(text);
    return [];
  } catch (error) {
    return [finding(check, `${path}: ${wordsOf(error)}`, path)];
  }
}

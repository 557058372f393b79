import { readTeams, renderTeams } from "../../../lib/core/pool/state/team_memory.ts";
import { fieldsOf, parseJson, renderJson } from "../../../lib/core/pool/python/json.ts";
import { parseRegistry, parseWorkerState } from "../../../lib/core/pool/watch/registry.ts";
import { parseRestart, renderRestart } from "../../../lib/core/pool/watch/restart.ts";
import { eventIn, eventLine } from "../../../lib/core/event/event.ts";
import { parseTold, renderTold } from "../../../lib/core/event/marks_file.ts";
import { eventWords } from "../../../lib/core/event/words.ts";
import { parseMode, renderMode } from "../../../lib/core/pick/adaptive_state.ts";
import { HistoryEncoder, parseHistory } from "../../../lib/core/quota/history.ts";
import { parseChildren, renderChildren } from "../../../lib/core/session/app_server_record.ts";
import { parseVersions, renderVersions } from "../../../lib/core/session/codex_versions.ts";
import { parseLeases, renderLeases } from "../../../lib/core/session/leases.ts";
import { parseMove, renderMove } from "../../../lib/core/session/move.ts";
import { parsePaused, renderPaused } from "../../../lib/core/session/paused.ts";
import { parseRun, renderRun } from "../../../lib/core/session/run_record.ts";
import {
  parseGlobalState,
  parseSessionState,
  renderGlobalState,
  renderSessionState,
} from "../../../lib/core/session/state.ts";
import { parseStatus, renderStatus } from "../../../lib/core/session/status.ts";
import { parseTrashRecord, renderTrashRecord } from "../../../lib/core/session/trash_record.ts";
import { parseAnswer, parseRecord, renderAnswer, renderRecord } from "../../../lib/core/sharing/record.ts";
import * as skill from "../../../lib/core/skill/record.ts";
import { parseCaller, renderCaller } from "../../../lib/core/supervisor/caller.ts";
import { parseOwnRecord, renderOwnRecord } from "../../../lib/core/supervisor/own_record.ts";
import { parseIdentity, renderIdentity } from "../../../lib/core/system/identity.ts";
import { parseBindings, renderBindings } from "../../../lib/core/thread/binding.ts";
import { parseIndex, renderIndex } from "../../../lib/core/thread/index_file.ts";
import { parsePromise, renderPromise } from "../../../lib/core/thread/promise.ts";
import { logLine } from "../../../lib/cli/view/upkeep/log.ts";
import { Failure } from "../../../lib/core/text/failure.ts";
import { Broken, same, type Subject } from "./check.ts";
import { ANY_JSON, ANY_TEXTS, piecesOfJson, textsBelow } from "./corpus.ts";
import type { Chance } from "./inputs.ts";
import { jsonFrom, valuesIn } from "./json_inputs.ts";

function jsonLike(seeds: readonly string[]): (chance: Chance) => string {
  const values = valuesIn(seeds);
  return (chance) => jsonFrom(values, chance);
}

const AT = "2026-11-20T10:20:55.123Z";
const ID = '"pid":4711,"startTime":"99","bootId":"b"';

/** A file of the root: how it is read, and how what was read is written again. */
interface StateFile {
  readonly seed: string;
  again(text: string): string | undefined;
}

/** A file whose reader returns undefined for what it does not accept. */
function file<T>(
  seed: string,
  parse: (text: string) => T | undefined,
  render: (value: T) => string,
): StateFile {
  return {
    seed,
    again(text) {
      const value = parse(text);
      return value === undefined ? undefined : render(value);
    },
  };
}

/** All files with state that agentlb writes and reads, one example of each. */
const STATE_FILES: readonly StateFile[] = [
  file(
    '{"round_robin_index":3,"last_alias":"a","pick_seq":7,"picks":{"a":{"at":1795170055123,"seq":7}},"kept":{"x":[1]}}',
    parseGlobalState,
    renderGlobalState,
  ),
  file(
    `{"alias":"a","created_at":"${AT}","last_used_at":"${AT}","recent_assignments":[1,2],"last_selected_at":"${AT}","pick_seq":1,"kept":null}`,
    parseSessionState,
    renderSessionState,
  ),
  file(
    '{"v":1,"aliases":{"a":{"leases":[{"pid":4711,"start":"99","boot":"b","at":5}],"reservations":[1,2]}}}',
    parseLeases,
    renderLeases,
  ),
  file('{"v":1,"aliases":["b","a"]}', parsePaused, renderPaused),
  file('{"schema":"agentlb.move/1","kind":"rename","alias":"a","to":"b"}', parseMove, renderMove),
  file(
    `{"schema":"agentlb.trashed/1","alias":"a","removedAt":"${AT}","email":"a@b.c","picks":"{}","isPaused":true,"bindings":{"/x":["a"]},"promises":["{}"]}`,
    parseTrashRecord,
    renderTrashRecord,
  ),
  file(
    '{"schema":"agentlb.codex-versions/1","programs":{"/bin/codex":{"fingerprint":"1:2","version":"0.171.0"}}}',
    parseVersions,
    renderVersions,
  ),
  file(`{"schema":"agentlb.run/1","home":"/h",${ID}}`, parseRun, renderRun),
  file(
    `{"schema":"agentlb.children/1","children":[{"alias":"a",${ID},"pgid":4711}]}`,
    parseChildren,
    renderChildren,
  ),
  file('{"v":1,"mode":"drain"}', parseMode, renderMode),
  file(
    '{"v":1,"stage":"done","from":"/h","links":{"a":"b"},"before":{"link":"x"},"made":["x"],"removed":[["a","b"]],"prints":"p","leftOut":["y"]}',
    parseRecord,
    renderRecord,
  ),
  file('{"v":1,"isWanted":true}', parseAnswer, renderAnswer),
  file('{"v":1,"aliases":{"a":{"exhausted":1,"isLoginDead":true}},"pending":["{}"]}', parseTold, renderTold),
  file('{"v":1,"folders":{"/x":["a","b"]}}', parseBindings, renderBindings),
  file(
    `{"schema":"agentlb.promise/1","thread":"t","home":"/h","cwd":"/c","firstWords":"w","step":"waiting","isSeenUsedUp":false,"tries":1,"alias":"a","by":{${ID}},"since":"${AT}","boundary":"${AT}","untilMs":"${AT}"}`,
    parsePromise,
    renderPromise,
  ),
  file(
    '{"v":1,"rollouts":[["/p",1,2,3,4,5,true,["id","/c",null,"u","cli","w",1,2,3,"limit",4]],["/q",1,2,3,4,5,false,null]]}',
    parseIndex,
    renderIndex,
  ),
  file(
    '{"schema":"agentlb.skill/1","version":"1.0.0","files":[{"path":"SKILL.md","before":{"kind":"none"},"ours":[{"kind":"file","sha256":"x","mode":"0644"}]}]}',
    (text) => skill.parseRecord(text, "install.json"),
    skill.renderRecord,
  ),
  file(
    '{"codex":"/c","path":"/bin","proxies":{"http_proxy":"http://x"},"network":"n"}',
    (text) => parseCaller(JSON.parse(text)),
    renderCaller,
  ),
  file(
    `{"pid":4711,"startedMs":1795170055123,"version":"1.0.0","origin":{"cwd":"/c","program":"zsh","isReplacement":false},"has":{"codex":"/c","path":"/bin","proxies":{},"network":"n"},"trouble":{"kind":"codex","sinceMs":5}}`,
    parseOwnRecord,
    renderOwnRecord,
  ),
  file(`{${ID},"version":"1.0.0","exe":"/e"}\n`, parseIdentity, renderIdentity),
  file(
    `{"team":"/t","from":"/a","to":"/b","at":5,"by":{${ID}},"phase":"restarting","workers":{"w":"running"},"resumedAt":{"w":1},"banners":{"w":2}}`,
    parseRestart,
    renderRestart,
  ),
];

const STATE_SEEDS = [
  ...STATE_FILES.map(({ seed }) => seed),
  ...ANY_JSON,
  ...textsBelow("test/testdata/predecessor", ".json"),
];

/** Each input is given to the readers of all files: any of them may find it in the place of its own. */
export const state: Subject = {
  name: "state of agentlb",
  seeds: STATE_SEEDS,
  pieces: piecesOfJson(STATE_SEEDS),
  longest: 60_000,
  wellFormed: jsonLike(STATE_SEEDS),
  refusals: [Error, SyntaxError],
  take(input) {
    for (const { again } of STATE_FILES) {
      const written = accepted(again, input);
      // What is written is read again as the same.
      if (written !== undefined) same("written again", again(written), written);
    }
  },
};

/** What is written of an input that is accepted; other errors than refusals go on. */
function accepted(again: StateFile["again"], input: string): string | undefined {
  try {
    return again(input);
  } catch (thrown) {
    const kind = (thrown as Error).constructor;
    if (thrown instanceof Failure || kind === Error || kind === SyntaxError) return undefined;
    throw thrown;
  }
}

const STATUS_SEEDS = [
  ...textsBelow("test/testdata/predecessor", "status.json"),
  `{"version":1,"updatedAt":"${AT}","daemon":{"pid":1,"startedAt":""},"sessions":{"a":{"health":"healthy","appServer":{"state":"running","pid":5,"restartCount":0},"rateLimits":{"limitId":"codex","primary":{"usedPercent":5,"windowDurationMins":300,"resetsAt":1795170055},"secondary":null},"usageLeftPercent":95,"activity":{"activeTurns":1,"turns":1,"openThreads":2,"leased":[5],"redeemed":[1]},"account":"x","allowance":{"planType":"pro","credits":{"hasCredits":true,"unlimited":false,"balance":"5"},"others":[{"limitId":"x"}]},"cost":{"hours":1,"turns":2,"shortPercent":3,"longPercent":4},"exhaustedUntil":"${AT}","refusedAt":"${AT}","lacks":["x"]}}}`,
  "[]",
  ...ANY_JSON.slice(0, 30),
];

/** status.json and readings.json. */
export const status: Subject = {
  name: "status.json",
  seeds: STATUS_SEEDS,
  pieces: piecesOfJson(STATUS_SEEDS),
  longest: 60_000,
  wellFormed: jsonLike(STATUS_SEEDS),
  refusals: [Error],
  take(input) {
    const written = renderStatus(parseStatus(input));
    same("written again", renderStatus(parseStatus(written)), written);
    if (/null,?\n/.test(written.replace(/"(primary|secondary)": null/g, ""))) throw new Broken("null");
    if (/: -?\d+\.\d/.test(written.replace(/"cost": \{[^}]*\}|"(?:[^"\\]|\\.)*"(?!:)/g, ""))) {
      throw new Broken("float");
    }
  },
};

const POOL_SEEDS = [
  '{"counter": 5, "auth_counter": 1, "auth_counts": {"/p/a.json": 3, "/p/b.json": 12345678901234567890}, "auth_current": "/p/a.json"}',
  '{"agentlb": {"v": 1, "teams": {"/p": {"current": "/p/a.json", "switched_at": "2026-11-20T10:20:55", "order": {"/p/a.json": 1}, "counts": {"/p/a.json": 2}, "views": {"*": "/p/a.json"}, "starts": {"/p/a.json": [1, 2]}}}, "accounts": {"/p/a.json": "h"}, "unclaimed": {"counts": {}}, "shown": {"counts": "d"}, "later": [{"x": 1.50}]}}',
  '{"a": NaN, "b": [-Infinity, 1E+5], "2": 1, "1": 2, "__proto__": 3}',
  "[]",
  "{}",
  ...ANY_JSON,
];

/** cap.json and clb.json, which keep what they do not know. */
export const poolState: Subject = {
  name: "state of cap and clb",
  seeds: POOL_SEEDS,
  pieces: [...piecesOfJson(POOL_SEEDS), "NaN", "Infinity", '"1":', "1.0", "00"],
  longest: 60_000,
  wellFormed: jsonLike(POOL_SEEDS),
  refusals: [SyntaxError],
  take(input) {
    const value = parseJson(input);
    const written = renderJson(value);
    same("written again", renderJson(parseJson(written)), written);
    const state = fieldsOf(value);
    if (state === undefined) return;
    const ours = renderTeams(readTeams(state, () => {}));
    if (ours === undefined) return;
    const text = renderJson(ours);
    const next = renderTeams(readTeams(new Map([["agentlb", parseJson(text)]]), () => {}));
    if (next !== undefined) same("our part, written again", renderJson(next), text);
  },
};

const LINE_SEEDS = [
  eventLine({ kind: "exhausted", alias: "a", account: "x", reason: "week used up", comesBackAt: AT }, 1e12),
  eventLine({ kind: "rotated", team: "/t", from: "a", to: "b" }, 1e12),
  '{"n":0,"account":"9f","at":1795170055,"alias":"work","short":[25,1795177255,300],"long":[40,1795429255,10080],"turns":1}\n0,1o,1\n0,,,1\n',
  `{"t":"${AT}","what":"app-server ended","alias":"a","code":1}`,
  '{"members":[{"full":"w","state_file":"/s"}]}',
  '{"tmux_target":"t","tmux_session":"s","codex_home":"/h"}',
  ...ANY_JSON,
  ...ANY_TEXTS,
];

/** The files of lines: events, history, log; and the two files of a team that others write. */
export const lines: Subject = {
  name: "events, history, log",
  seeds: LINE_SEEDS,
  pieces: [...piecesOfJson(LINE_SEEDS), ",", "\n", "0,", "!\n", "zzzzzzzzz"],
  longest: 60_000,
  wellFormed: jsonLike(LINE_SEEDS.flatMap((seed) => seed.split("\n"))),
  refusals: [SyntaxError],
  take(input) {
    for (const line of input.split("\n").slice(0, 50)) {
      const event = eventIn(line);
      if (event !== undefined) eventWords(event, 1e12);
      if (/[\p{Cc}\p{Cf}\p{Cs}]/u.test(logLine(line))) throw new Broken("the line of the log is not safe");
    }
    const encoder = new HistoryEncoder();
    for (const [account, samples] of parseHistory(input)) {
      const text = samples.map((sample) => encoder.line(account, sample)).join("");
      const again = parseHistory(text).get(account);
      if (samples.every(isSound)) same("history", again, samples);
    }
    parseWorkerState(input);
    parseRegistry(input);
  },
};

/** Figures that a difference line can hold: nothing else is ever written. */
function isSound(sample: object): boolean {
  return (JSON.stringify(sample).match(/-?\d+/g) ?? []).every((figure) => {
    return Math.abs(Number(figure)) < 1e14;
  });
}

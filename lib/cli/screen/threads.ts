import type { Report } from "../../core/pick/report/report.ts";
import { gaugesOf } from "../../core/quota/windows.ts";
import type { Tone } from "../../core/text/screen/paint.ts";
import type { Sheet } from "../../core/text/screen/sheet.ts";
import { NO_BREAK } from "../../core/text/screen/shorten.ts";
import { printable } from "../../core/text/printable.ts";
import { formatMoment } from "../../core/text/time.ts";
import { shortIds, stateOf, type ThreadState } from "../../core/thread/words.ts";
import type { Listed } from "../../app/thread/list.ts";
import { limitsOf } from "../view/lines.ts";
import { folderWords, sessionOf, stateWords } from "../view/thread/threads.ts";
import { plainColumn } from "./draw.ts";

/** The ranks at which columns yield, the first to go first. */
const RANK = {
  turns: 1,
  folder: 2,
  words: 3,
  shortFolder: 4,
  shortWords: 5,
  last: 6,
  session: 7,
  folderGone: 8,
  least: 9,
} as const;

const TONES: Readonly<Partial<Record<ThreadState, Tone>>> = { limit: "low", login: "out", open: "plenty" };

/** The sheet of `agentlb threads`, the newest first, and what each session in it would go on with. */
export function threadsSheet(list: Listed, report: Report | undefined, nowMs: number): Sheet {
  const { threads } = list;
  const short = shortIds(list.ids);
  const limited = threads.find((thread) => stateOf(thread) === "limit");
  const isPicked = (alias: string | undefined) => alias !== undefined && alias === report?.selected;
  return {
    columns: [
      plainColumn("ID", threads.map(({ id }) => printable(short(id)))),
      plainColumn(
        "  SESSION",
        threads.map((thread) => `${isPicked(thread.alias) ? "*" : " "} ${sessionOf(thread)}`),
        undefined,
        { cuts: [{ at: RANK.session, least: 12 }, { at: RANK.least, least: 8 }] },
      ),
      plainColumn("LAST", threads.map(({ lastAt }) => formatMoment(lastAt, nowMs)), RANK.last),
      plainColumn(
        "STATE",
        threads.map((thread) => [{ text: stateWords(thread, nowMs), tone: TONES[stateOf(thread)] }]),
      ),
      plainColumn("TURNS", threads.map(({ turns }) => String(turns)), RANK.turns, { isRight: true }),
      plainColumn("FOLDER", threads.map(({ cwd }) => folderWords(cwd, list.userHome)), RANK.folderGone, {
        cutAt: "start",
        cuts: [{ at: RANK.folder, least: 20 }, { at: RANK.shortFolder, least: 12 }],
      }),
      plainColumn(
        "NAME OR FIRST WORDS",
        threads.map(({ name, firstWords }) => printable(name ?? firstWords, 120)),
        undefined,
        {
          cuts: [{ at: RANK.words, least: 24 }, { at: RANK.shortWords, least: 16 }, {
            at: RANK.least,
            least: 6,
          }],
        },
      ),
    ],
    // A thread that waits for a reset is the one to do something about.
    again: threads.flatMap((thread, at) => thread === limited ? [at] : []),
    notes: [],
    closing: [...howLines(list, short), ...pickLine(report, nowMs)],
    of: "threads",
  };
}

/** How to go on: with the newest that a limit ended, and with any other. */
function howLines({ threads }: Listed, short: (id: string) => string): string[] {
  const [newest] = threads;
  const limited = threads.filter((thread) => stateOf(thread) === "limit");
  const [waiting] = limited;
  const count = limited.length === 1 ? "1 waits for a reset" : `${limited.length} wait for a reset`;
  return [
    ...waiting === undefined
      ? []
      : [`${count}; go on then: ${command(`agentlb continue ${printable(short(waiting.id))} --wait`)}`],
    ...newest === undefined
      ? []
      : [`open one in its session: ${command(`agentlb -- resume ${printable(short(newest.id))}`)}`],
  ];
}

/** A command line, which no line break parts. */
function command(words: string): string {
  return words.replaceAll(" ", NO_BREAK);
}

/** `selected session: personal (5h 75% left, weekly 60% left)` */
function pickLine(report: Report | undefined, nowMs: number): string[] {
  const row = report?.rows.find(({ alias }) => alias === report.selected);
  if (row === undefined) return [];
  const limits = row.status === undefined ? "" : limitsOf(gaugesOf(row.status.rateLimits, nowMs));
  return [`selected session for new ones: ${printable(row.alias)}${limits === "" ? "" : ` (${limits})`}`];
}

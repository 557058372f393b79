import { type Outlook, runsDry } from "../../core/quota/forecast.ts";
import { printable } from "../../core/text/printable.ts";
import { formatSpan } from "../../core/text/time.ts";
import type { Expectation } from "../../app/pick/forecast.ts";
import { drawTable } from "../../app/pick/report.ts";
import { jsonText } from "../output/json.ts";
import type { ForecastOutput } from "../output/limits.ts";

const HEADER = ["ALIAS", "WINDOW", "LEFT", "PER HOUR", "RUNS DRY IN", "80 % RANGE", "RESETS IN"];

/** The table of `agentlb forecast`. */
export async function forecastText(expectations: readonly Expectation[]): Promise<string> {
  const rows = expectations.flatMap(({ aliases, windows }) => {
    const name = aliases.map((alias) => printable(alias)).join(", ");
    if (windows.length === 0) return [[name, ..."------".split("")]];
    return windows.map((outlook, index) => [index === 0 ? name : "", ...cellsOf(outlook)]);
  });
  const notes = expectations.filter(({ isExhausted }) => isExhausted).map(({ aliases, backIn }) => {
    const when = backIn === undefined ? "nobody knows until when" : `back in ${formatSpan(backIn)}`;
    return `${printable(aliases.join(", "))}: used up, ${when}\n`;
  });
  return `${await drawTable(HEADER, rows)}${notes.join("")}`;
}

/** The output of `agentlb forecast --json`; times in milliseconds from now. */
export function forecastJson(expectations: readonly Expectation[]): string {
  const accounts = expectations.map(({ aliases, windows, isExhausted, backIn }) => ({
    aliases,
    exhausted: isExhausted,
    backInMs: backIn,
    windows: windows.map((outlook) => ({
      window: outlook.window,
      leftPercent: outlook.left,
      percentPerHour: outlook.percentPerHour,
      runsDry: runsDry(outlook),
      dryInMs: outlook.dryIn && {
        earliest: Math.round(outlook.dryIn.earliest),
        likely: Math.round(outlook.dryIn.likely),
        latest: Math.round(outlook.dryIn.latest),
      },
      resetsInMs: outlook.resetsIn,
    })),
  }));
  return jsonText<ForecastOutput>({ schema: "agentlb.forecast/1", accounts });
}

function cellsOf(outlook: Outlook): string[] {
  const { window, left, percentPerHour, dryIn, resetsIn } = outlook;
  const rate = percentPerHour === undefined ? "not known yet" : `${percentPerHour.toFixed(1)} %`;
  const resets = resetsIn === undefined ? "when used" : formatSpan(resetsIn);
  if (dryIn === undefined) return [window, `${left}%`, rate, "-", "-", resets];
  const range = left <= 0 ? "-" : `${formatSpan(dryIn.earliest)} to ${formatSpan(dryIn.latest)}`;
  const dry = left <= 0 ? "now" : runsDry(outlook) ? formatSpan(dryIn.likely) : "after it resets";
  return [window, `${left}%`, rate, dry, range, resets];
}

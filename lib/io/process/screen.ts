import { writeSync } from "node:fs";
import { onSignals, streams } from "./process.ts";

/** The whole terminal, taken by a program that draws on it. */
export interface TakenScreen {
  /** The end that the user or a signal asked for, as exit code or signal; undefined = none yet. */
  end(): number | NodeJS.Signals | undefined;
  /** Gives the terminal back as it was. */
  release(): void;
}

const ESC = "\u001b[";
/** The other screen, no cursor, and no line that goes on in the next. */
const TAKE = `${ESC}?1049h${ESC}?25l${ESC}?7l`;
const GIVE_BACK = `${ESC}?7h${ESC}?25h${ESC}?1049l`;
const ENDING = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
/** In raw mode the terminal makes no signals of keys. */
const KEYS: Readonly<Record<string, number | NodeJS.Signals>> = {
  q: 0,
  Q: 0,
  "\u0003": "SIGINT",
  "\u001c": "SIGQUIT",
};

/** Takes the terminal of stdout, and the keys of stdin if that is one; q, Ctrl-C and signals end it. */
export function takeScreen(woken: () => void): TakenScreen {
  const { input: stdin, output: stdout } = streams;
  let end: number | NodeJS.Signals | undefined;
  const endBy = (by: number | NodeJS.Signals) => {
    end ??= by;
    woken();
  };
  const press = (typed: { toString(): string }) => {
    for (const key of typed.toString()) if (KEYS[key] !== undefined) endBy(KEYS[key]);
  };
  const offSignals = onSignals(ENDING, endBy);
  const hasKeys = stdin.isTTY === true;
  if (hasKeys) {
    // A terminal that is gone is reported here, too.
    stdin.on("error", () => endBy("SIGHUP"));
    stdin.setRawMode(true);
    stdin.on("data", press);
    stdin.resume();
  }
  stdout.on("resize", woken);
  writeSync(1, TAKE);
  return {
    end: () => end,
    release() {
      stdout.removeListener("resize", woken);
      if (hasKeys) {
        stdin.removeListener("data", press);
        whileThere(() => stdin.setRawMode(false));
        stdin.pause();
      }
      whileThere(() => writeSync(1, GIVE_BACK));
      offSignals();
    },
  };
}

/** Does something to the terminal, unless that is gone. */
function whileThere(act: () => void): void {
  try {
    act();
  } catch {
    // The terminal is gone.
  }
}

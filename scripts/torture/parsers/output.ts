import { probeText } from "../../../lib/core/codex/reasons.ts";
import { endedWith } from "../../../lib/core/codex/last_words.ts";
import { codexVersionIn } from "../../../lib/core/codex/versions.ts";
import { bannersIn, NEEDLE, showsLostLogin } from "../../../lib/core/pool/screen/banner.ts";
import { parseCard, readingsOf } from "../../../lib/core/pool/screen/card.ts";
import { composerOf, isReady, START, step } from "../../../lib/core/pool/screen/dialogue.ts";
import { resetTime } from "../../../lib/core/pool/screen/reset_time.ts";
import { Broken, type Subject } from "./check.ts";
import { ANY_TEXTS, textsBelow } from "./corpus.ts";
import { checkLimits, NOW } from "./limits.ts";

const WORDS_SEEDS = [
  "Error: failed to refresh token: 401 Unauthorized\n",
  "\x1b[31mERROR\x1b[0m Authorization: Bearer abc.def-ghi a.b+c@example.com\n",
  '{"access_token": "eyJhbGciOi.eyJzdWIi.c2ln", "api_key": "sk-proj-0123456789abcdef"}\n',
  "https://user:pass@example.com/x?code=abc&state=def\n",
  "codex-cli 0.171.0\n",
  ...ANY_TEXTS,
];

/** What a program said last, as far as it is shown. */
export const lastWords: Subject = {
  name: "last words of programs",
  seeds: WORDS_SEEDS,
  pieces: [
    "token=",
    "Bearer ",
    "eyJ",
    "sk-",
    "@",
    "a.b",
    "a@b",
    "?x=",
    "://",
    "\n",
    "\x1b[31m",
    "aA",
    "secret: ",
  ],
  // More than is kept of an output.
  longest: 10_000,
  take(input) {
    const fault = endedWith({ exit: { code: 1 }, stderr: input, program: "/bin/codex" });
    const detail = probeText(fault);
    if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(detail)) throw new Broken("what is shown is not safe");
    if (/\bBearer (?!\[cut])[\w.-]{8,}|\bsk-[\w-]{8,}|\beyJ[\w-]{8,}/.test(detail)) {
      throw new Broken(`a secret: ${detail}`);
    }
    codexVersionIn(input);
  },
};

const SCREEN_SEEDS = [...textsBelow("test/core/pool/screen/screens", ""), ...ANY_TEXTS.slice(0, 20)];

/** Screens of Codex in a pane of tmux, which has a size of its own. */
export const screens: Subject = {
  name: "screens",
  seeds: SCREEN_SEEDS,
  pieces: [
    "\n",
    "│",
    "╰─╯",
    "› ",
    "/status",
    "  ",
    "5h limit:",
    "Weekly limit: [███] 59% left (resets 10:41 on 23 Nov)",
    ">_ OpenAI Codex (v0.171.0)",
    " Account: a@b.c (Pro)",
    "1. Sign in with ChatGPT",
    "■ ",
    NEEDLE,
    "Error: ",
    "Pane is dead",
    "(resets 12:41)",
    " · ~/",
  ],
  // 200 lines of 100 columns: more than any pane has.
  longest: 20_000,
  take(input) {
    const card = parseCard(input, NOW);
    if (card !== undefined) checkLimits(readingsOf(card));
    for (const phase of ["starting", "typed", "asked"] as const) {
      for (const exitCode of [undefined, 1]) {
        const [move] = step({ ...START, phase }, { screen: input, exitCode }, 5000, {
          enterDelayMs: 100,
          nowMs: NOW,
        });
        if (move.do === "type" && move.text !== "/status") throw new Broken(`types ${move.text}`);
      }
    }
    isReady(input);
    composerOf(input);
    bannersIn(input, NEEDLE);
    bannersIn(input, input.slice(0, 50));
    showsLostLogin(input);
    const at = resetTime(input, NOW);
    if (at !== undefined && !Number.isSafeInteger(at)) throw new Broken(`reset ${at}`);
  },
};

/** No text from outside steers the terminal, hides, or makes a line of its own: names, emails, plans, words, messages. */
import { Buffer } from "node:buffer";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { main } from "../../lib/cli/main.ts";
import { main as poolMain } from "../../lib/cli/pool/main.ts";
import { formatTimeMs } from "../../lib/core/text/time.ts";
import { patience } from "../../rig/patience.ts";
import { START, type World, world } from "../app/world.ts";

/** At the start of a line of the output it would be a line that we did not write. */
const FORGED = "FORGED";
const UNSAFE = [
  ..."\x1b\x07\x08\r\n\t\x7f\x85\x9b\x9d\u200b\u200d\u200e\u202e\u2066\u2028\u2029\u2800\ufeff\u00ad\u3164",
  ...[
    "\x1b[31m",
    "\x1b]0;title\x07",
    "\x1b]8;;http://x\x1b\\",
    "\x9b2J",
    "\x1bP",
    "\r\x1b[K",
    "\u{e0041}",
    "\ufe0f",
  ],
  ...["\ud800", "\udfff", `\n${FORGED}`, `\r${FORGED}`, `\u2028${FORGED}`, "`$(id)`", "'\"\\", "│", "%s"],
];
const WORLDS = 5;
const SESSIONS = 150;
const THREADS = 150;

/** Different texts, with a number in each so that none comes twice. */
class Hostile {
  readonly #pieces: readonly string[];
  count = 0;

  constructor(seed: number) {
    const piece = fc.oneof(fc.constantFrom(...UNSAFE), fc.string({ unit: "binary", maxLength: 6 }));
    this.#pieces = fc.sample(fc.array(piece, { minLength: 1, maxLength: 5 }).map((all) => all.join("")), {
      numRuns: 2000,
      seed,
    });
  }

  text(): string {
    this.count++;
    return `${this.#pieces[this.count % this.#pieces.length]}${this.count}`;
  }

  /** One that can be in the name of a file. */
  name(): string {
    return Buffer.from(this.text().replace(/[/\0]/g, "").slice(0, 40)).toString();
  }
}

/** What is wrong with a text that was written to a terminal; undefined = nothing. */
function wrongWith(written: string): string | undefined {
  const at = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u.exec(
    written.replaceAll("\n", " ").replaceAll("⚠️", "!"),
  );
  if (at !== null) {
    return `${JSON.stringify(at[0])} in ${
      JSON.stringify(written.slice(Math.max(0, at.index - 200), at.index + 40))
    }`;
  }
  return written.split("\n").some((line) => line.startsWith(FORGED)) ? "a forged line" : undefined;
}

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, text, { mode: 0o600 });
}

function authFile(hostile: Hostile): string {
  const claims = {
    exp: 4_000_000_000,
    email: `a@${hostile.text()}`,
    "https://api.openai.com/auth": {
      chatgpt_user_id: hostile.text(),
      chatgpt_account_id: hostile.text(),
      chatgpt_plan_type: hostile.text(),
    },
  };
  const token = `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;
  const tokens = { id_token: token, access_token: token, refresh_token: "r", account_id: hostile.text() };
  return JSON.stringify({
    auth_mode: "chatgpt",
    OPENAI_API_KEY: null,
    tokens,
    last_refresh: formatTimeMs(START),
  });
}

function status(hostile: Hostile, nth: number): unknown {
  const results = [
    "ok",
    `no network: ${hostile.text()}`,
    `usage service error: ${hostile.text()}`,
    hostile.text(),
  ];
  return {
    health: nth % 3 === 0 ? hostile.text() : "healthy",
    appServer: { state: hostile.text(), pid: 0, restartCount: 0 },
    rateLimits: {
      limitId: hostile.text(),
      primary: { usedPercent: nth % 101, windowDurationMins: 300, resetsAt: START / 1000 + 3600 },
      secondary: null,
    },
    usageLeftPercent: 100 - nth % 101,
    activity: { activeTurns: 0 },
    lastRateLimitUpdateAt: formatTimeMs(START - nth * 10_000),
    lastProbeAt: formatTimeMs(START),
    lastProbeResult: results[nth % results.length],
    codexVersion: hostile.text(),
    lacks: [hostile.text()],
    allowance: {
      planType: hostile.text(),
      reachedType: hostile.text(),
      ordinaryUsageAllowed: nth % 4 !== 0,
      credits: { hasCredits: true, unlimited: false, balance: hostile.text() },
      others: [{ limitId: hostile.text(), limitName: hostile.text(), planType: hostile.text() }],
    },
  };
}

function rollout(hostile: Hostile, id: string): string {
  const line = (type: string, payload: unknown) =>
    `${JSON.stringify({ timestamp: formatTimeMs(START - 60_000), type, payload })}\n`;
  const message = `${hostile.text()} You've hit your usage limit. Try again at 11:46 PM.`;
  return line("session_meta", {
    id,
    cwd: `/x/${hostile.text()}`,
    source: hostile.text(),
    cli_version: hostile.text(),
  }) +
    line("event_msg", { type: "task_started" }) +
    line("event_msg", { type: "user_message", message: hostile.text() }) +
    line("turn_context", { cwd: `/y/${hostile.text()}`, model: hostile.text() }) +
    line("event_msg", {
      type: "task_complete",
      error: { codex_error_info: "usage_limit_exceeded", message },
    });
}

/** A user whose every file says something hostile. */
function hostileWorld(hostile: Hostile): { readonly user: World; readonly pool: string } {
  const user = world();
  const aliases = Array.from({ length: SESSIONS }, (_, nth) => nth % 6 === 0 ? hostile.name() : `s${nth}`);
  const sessions: Record<string, unknown> = {};
  aliases.forEach((alias, nth) => {
    const home = user.path("sessions", alias);
    put(join(home, "auth.json"), authFile(hostile));
    sessions[alias] = status(hostile, nth);
    const id = `019a9f2c-${String(nth).padStart(4, "0")}-7abc-8def-0123456789ab`;
    if (nth >= THREADS) return;
    put(join(home, "sessions/2026/11/20", `rollout-2026-11-20T10-00-00-${id}.jsonl`), rollout(hostile, id));
    if (nth % 2 === 0) {
      put(join(home, "session_index.jsonl"), `${JSON.stringify({ id, thread_name: hostile.text() })}\n`);
    }
  });
  user.write(
    JSON.stringify({ version: 1, updatedAt: formatTimeMs(START), daemon: {}, sessions }),
    "status.json",
  );
  const events = ["limit-near", "exhausted", "login-dead", "rotated", "went-on", hostile.text()].map(
    (kind) => {
      const [alias, reason, team, from, to, thread] = Array.from({ length: 6 }, () => hostile.text());
      const at = formatTimeMs(START - 1000);
      return JSON.stringify({
        schema: "agentlb.event/1",
        at,
        kind,
        alias,
        reason,
        team,
        from,
        to,
        thread,
        window: "short",
        leftPercent: 5,
      });
    },
  );
  user.write([...events, hostile.text(), ""].join("\n"), "state", "events.jsonl");
  const notes = Array.from(
    { length: 10 },
    () => JSON.stringify({ t: hostile.text(), what: hostile.text(), [hostile.text()]: hostile.text() }),
  );
  user.write([...notes, hostile.text(), ""].join("\n"), "supervisor.log");
  user.write(
    JSON.stringify({ v: 1, folders: { [`/z/${hostile.text()}`]: [hostile.text()] } }),
    "state",
    "bindings.json",
  );
  const keys = Array.from(
    { length: 5 },
    () => `${JSON.stringify(hostile.text().replace(/\p{Cs}|\x7f/gu, ""))} = 1\n`,
  );
  user.write(
    `${keys.join("")}[sessions]\npaid = ${JSON.stringify(hostile.text().replace(/\p{Cs}|\x7f/gu, ""))}\n`,
    "config.toml",
  );
  const record = {
    schema: "agentlb.trashed/1",
    alias: hostile.name(),
    removedAt: formatTimeMs(START),
    email: hostile.text(),
  };
  user.write(JSON.stringify(record), "trash", "x", "record.json");
  mkdirSync(user.path("trash", "x", "home"), { recursive: true });
  const by = { pid: 2 ** 22 + 1, startTime: "1", bootId: "b" };
  const promise = {
    ...{
      schema: "agentlb.promise/1",
      thread: "019a9f2c-0001-7abc-8def-0123456789ab",
      home: `/h/${hostile.text()}`,
    },
    ...{
      cwd: `/c/${hostile.text()}`,
      firstWords: hostile.text(),
      step: "waiting",
      isSeenUsedUp: true,
      tries: 1,
      by,
    },
    ...{ alias: hostile.text(), since: formatTimeMs(START), boundary: formatTimeMs(START) },
  };
  user.write(JSON.stringify(promise), "state", "promises", "019a9f2c-0001-7abc-8def-0123456789ab.json");
  const pool = join(dirname(user.bin), "pool");
  for (let nth = 0; nth < 20; nth++) {
    put(join(pool, `${nth}${hostile.name()}.json`), nth % 2 === 0 ? authFile(hostile) : hostile.text());
  }
  const configs = Array.from({ length: 10 }, () => `${hostile.text()}: ${hostile.text()}`);
  put(
    join(dirname(user.bin), "home/.config/agentlb/cap_config.yaml"),
    `${configs.join("\n")}\nauth_team_dir: ${pool}\n`,
  );
  return { user, pool };
}

/** Not among them are those whose output is data for a shell: `pick` and `--print-command` print names as they are. */
const READ = [
  "status",
  "status --sort alias --wide",
  "threads --all",
  "threads --all --wide",
  "why",
  "forecast",
  "events",
  "waiting",
  "restore",
  "bind",
  "doctor",
  "config show",
  "supervisor logs",
  "supervisor status",
  "statusline",
  "complete --for zsh -- agentlb threads ''",
];
const JSON_TOO = [
  "status",
  "threads",
  "why",
  "forecast",
  "events",
  "waiting",
  "restore",
  "bind",
  "doctor",
  "config show",
];
const NAMED = [
  "path",
  "why",
  "pause",
  "login",
  "rm",
  "rename",
  "clear",
  "shell",
  "continue",
  "config get",
  "help",
  "",
];

describe("a text from outside", () => {
  test("does nothing to a terminal, in whatever place of the files it stands", async () => {
    const found: string[] = [];
    let texts = 0;
    const see = async (user: World, what: string, run: () => Promise<unknown>) => {
      [user.out, user.err] = ["", ""];
      await run();
      for (const [name, text] of [["stdout", user.out], ["stderr", user.err]] as const) {
        // The path of an auth file is data for a shell as well.
        if (name === "stdout" && /^cap (auth-current|pick)/.test(what)) continue;
        // zsh gets its words as they are: NUL ends each, and it quotes them.
        const wrong = what.startsWith("complete") ? undefined : wrongWith(text);
        if (wrong !== undefined) found.push(`${what}: ${name}: ${wrong}`);
      }
    };
    for (let nth = 0; nth < WORLDS; nth++) {
      const hostile = new Hostile(nth);
      const { user, pool } = hostileWorld(hostile);
      const terminal = { isTerminal: true, screenSize: { columns: 100, lines: 500 }, env: { NO_COLOR: "1" } };
      for (const [at, line] of READ.entries()) {
        const args = line.split(" ");
        // Each is seen in both ways, though not in every world.
        if ((at + nth) % 2 === 0) await see(user, line, () => main(user.host({ args })));
        else await see(user, `${line} on a terminal`, () => main(user.host({ ...terminal, args })));
      }
      for (const line of JSON_TOO) {
        await see(user, `${line} --json`, () => main(user.host({ args: [...line.split(" "), "--json"] })));
        for (const each of line === "events" ? user.out.split("\n").slice(0, -1) : [user.out]) {
          JSON.parse(each);
        }
      }
      for (const line of nth === 0 ? NAMED : []) {
        const args = [...line.split(" ").filter((word) => word !== ""), hostile.name()];
        await see(user, `${line} <word>`, () => main(user.host({ args })));
        await see(
          user,
          `${line} --<word>`,
          () => main(user.host({ args: [...args, `--${hostile.name()}`] })),
        );
      }
      for (
        const args of [
          ["where"],
          ["list"],
          ["pick-auth", "--worker", hostile.name(), "--base", "b"],
          ["pick-auth", "--worker"],
          ["auth-current"],
          ["status", pool, "--glob", "no*"],
          ["pick", hostile.name()],
          [hostile.name()],
        ]
      ) {
        await see(user, `cap ${args[0]}`, () => poolMain(user.host({ args }), "cap", dirname(user.bin)));
      }
      texts += hostile.count;
      if (found.length > 0) break;
    }
    expect(found.slice(0, 20)).toEqual([]);
    expect(texts).toBeGreaterThan(20_000);
  }, patience(240_000));

  test.each(["a\x1b[31m", "a\rb", "a\u202eb", "a\x9b2J", "a\u200bb", "\ud800", "a\u2028b", `a\n${FORGED}`])(
    "is found as it is: %j",
    (text) => expect(wrongWith(text)).toBeDefined(),
  );
});

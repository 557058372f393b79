import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { main } from "../../../lib/cli/main.ts";
import { displayWidth } from "../../../lib/io/width.ts";
import { world } from "../../app/world.ts";
import { describedWorld } from "./described_world.ts";

const COMMANDS = ["status", "forecast", "why", "threads"] as const;
const COLUMNS = [60, 80, 140, 200] as const;
const SESSIONS = [1, 3, 10, 50] as const;
const LINES = 24;
/** Set it to write the files anew. */
const isWriting = process.env.AGENTLB_WRITE_SCREENS !== undefined;

const zone = process.env.TZ;
beforeAll(() => void (process.env.TZ = "Europe/Berlin"));
afterAll(() => zone === undefined ? void delete process.env.TZ : void (process.env.TZ = zone));

/** All that a command prints on a terminal of this size. */
async function screenOf(
  args: readonly string[],
  columns: number,
  sessions: number,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const user = describedWorld(sessions);
  const host = user.host({
    args,
    isTerminal: true,
    screenSize: { columns, lines: LINES },
    env: { LANG: "en_US.UTF-8", NO_COLOR: "1", ...env },
  });
  expect(await main(host)).toBe(0);
  return user.out + user.err;
}

describe("the screens", () => {
  const cases = COMMANDS.flatMap((command) =>
    COLUMNS.flatMap((columns) => SESSIONS.map((sessions) => ({ command, columns, sessions })))
  );
  test.each(cases)(
    "$command on $columns columns with $sessions sessions",
    async ({ command, columns, sessions }) => {
      const file = fileURLToPath(
        new URL(`../../testdata/screens/${command}-${columns}-${sessions}.txt`, import.meta.url),
      );
      const screen = await screenOf([command], columns, sessions);
      for (const line of screen.split("\n")) {
        expect(displayWidth(line), line).toBeLessThanOrEqual(columns);
      }
      if (isWriting) {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, screen);
      }
      expect(existsSync(file), `${file} is missing`).toBe(true);
      expect(screen).toBe(readFileSync(file, "utf8"));
    },
  );
});

test("the page on the commands shows one of them", () => {
  const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
  expect(read("docs/agentlb.md")).toContain(
    `\`\`\`text\n${read("test/testdata/screens/status-80-3.txt")}\`\`\``,
  );
});

describe("a screen", () => {
  const run = async (
    args: readonly string[],
    { sessions = 10, columns = 80, isTerminal = true, env = {} }: {
      sessions?: number;
      columns?: number;
      isTerminal?: boolean;
      env?: Readonly<Record<string, string>>;
    } = {},
  ) => {
    const user = describedWorld(sessions);
    const code = await main(user.host({
      args,
      isTerminal,
      screenSize: isTerminal ? { columns, lines: LINES } : { columns: undefined, lines: undefined },
      env: { LANG: "en_US.UTF-8", ...env },
    }));
    return { code, out: user.out.replaceAll(user.path(), "<root>"), err: user.err };
  };

  test("holds ten sessions, their notes and the pick on 80 by 24", async () => {
    const { out, err } = await run(["status"], { env: { NO_COLOR: "1" } });
    expect(out.split("\n").length - 1 + err.split("\n").length - 1).toBeLessThan(LINES);
    expect(out.match(/^[* ] /gm)).toHaveLength(12);
  });

  test.each(COMMANDS)(
    "of %s is never wider than the terminal, however narrow, one line a session",
    async (command) => {
      for (const columns of [20, 30, 40, 50, 59]) {
        const { out } = await run([command], { columns, env: { NO_COLOR: "1" } });
        for (const line of out.split("\n")) expect(displayWidth(line), line).toBeLessThanOrEqual(columns);
        expect(out).toContain(command === "threads" ? "01a1f8c1" : "* 東京");
      }
    },
  );

  test("is never wider where a terminal draws a vowel or a skin colour apart from what it belongs to", async () => {
    const names = ["กำกำกำกำกำกำ", "👍🏽👍🏽👍🏽", "한국".normalize("NFD")];
    for (const columns of [20, 60, 61, 80, 100]) {
      const user = world();
      for (const name of names) user.session(name);
      user.status(Object.fromEntries(names.map((name) => [name, { age: 5, used: 20, health: "healthy" }])));
      const env = { LANG: "en_US.UTF-8", NO_COLOR: "1" };
      await main(
        user.host({ args: ["status"], isTerminal: true, screenSize: { columns, lines: LINES }, env }),
      );
      const apart = (line: string) =>
        Array.from(line.normalize("NFC"), displayWidth).reduce((sum, each) => sum + each, 0);
      const lines = user.out.split("\n");
      for (const line of lines) expect(apart(line), line).toBeLessThanOrEqual(columns);
      expect(user.out).toContain("กำ");
    }
  });

  test.each(COMMANDS)(
    "of %s is the table for programs in a pipe and with --wide, byte for byte",
    async (command) => {
      const piped = await run([command], { isTerminal: false });
      const wide = await run([command, "--wide"]);
      expect(piped.out).toMatch(/^╭─/);
      const clean = (text: string) => text.replace(/agentlb-test-\w+/g, "");
      expect(clean(wide.out)).toBe(clean(piped.out));
      expect(await run([command, "--color", "never"], { isTerminal: false })).toEqual(piped);
      expect(wide.out).not.toContain("\u001b");
    },
  );

  test("has colours on a terminal unless told otherwise, and says the same without", async () => {
    const plain = (text: string) => text.replace(new RegExp("\u001b\\[\\d+m", "g"), "");
    const coloured = await run(["status"]);
    const bare = await run(["status"], { env: { NO_COLOR: "1" } });
    expect(coloured.out).toContain("\u001b[31m");
    expect(bare.out).not.toContain("\u001b");
    expect(plain(coloured.out).replace(/ +$/gm, "")).toBe(bare.out);
    expect((await run(["status", "--color", "always"], { env: { NO_COLOR: "1" } })).out).toBe(coloured.out);
    expect((await run(["status", "--color", "never"])).out).toBe(bare.out);
    expect((await run(["status"], { env: { TERM: "dumb" } })).out).toBe(bare.out);
    const forced = await run(["status", "--color", "always"], { isTerminal: false, env: { COLUMNS: "80" } });
    expect(forced.out).toBe(coloured.out);
  });

  test.each(COMMANDS)("of %s is ASCII but for names where the locale is C", async (command) => {
    for (const columns of COLUMNS) {
      const { out } = await run([command], { columns, sessions: 50, env: { LANG: "C", NO_COLOR: "1" } });
      const names = /東京|fox🦊|翻訳を直す/g;
      expect(out.replace(names, "")).toMatch(/^[\n -~]*$/);
    }
  });

  test("says reasons in plain words and local time", async () => {
    const { out } = await run(["status"], { columns: 200, env: { NO_COLOR: "1" } });
    for (
      const words of [
        "reading is 8m old: no network",
        "keeps crashing, next try 13:04",
        "refused 12:05, until 14:35",
        "exhausted, resets in 2h 10m",
      ]
    ) expect(out).toContain(words);
  });

  test("follows --sort, as the table for programs does", async () => {
    const order = (text: string) =>
      [...text.matchAll(/^(?:│ +\*? *┆|[* ]) (\w+) +(?:[█░]|┆ [\w.]+@)/gm)].map(([, alias]) => alias);
    const on = { sessions: 3, columns: 80, env: { NO_COLOR: "1" } };
    expect(order((await run(["status"], on)).out)).toEqual(["work", "personal", "spare"]);
    expect(order((await run(["status", "--sort", "reset"], on)).out)).toEqual(["personal", "spare", "work"]);
    expect(order((await run(["status", "--sort", "reset"], { ...on, isTerminal: false })).out)).toEqual([
      "personal",
      "spare",
      "work",
    ]);
    expect(order((await run(["status"], { ...on, isTerminal: false })).out)).toEqual([
      "personal",
      "spare",
      "work",
    ]);
    expect(order((await run(["status", "--sort", "alias"], { ...on, isTerminal: false })).out)).toEqual([
      "personal",
      "spare",
      "work",
    ]);
    expect((await run(["status", "--sort", "worst"])).code).toBe(2);
  });

  test("says which folder is bound, and what to do without sessions", async () => {
    const user = describedWorld(3);
    user.write(JSON.stringify({ v: 1, folders: {} }), "state", "bindings.json");
    const host = () => user.host({ isTerminal: true, env: { NO_COLOR: "1" } });
    await main({ ...host(), args: ["bind", "personal", "--here"] });
    user.out = "";
    await main({ ...host(), args: ["status"] });
    expect(user.out).toMatch(/is bound to personal\nselected session: personal\n/);
    expect(user.out.split("\n")[1]).toMatch(/^\* personal /);
    const empty = describedWorld(0);
    await main(empty.host({ args: ["status"], isTerminal: true }));
    expect(empty.out).toBe("no sessions yet; set up the first with: agentlb init\n");
  });

  test("that cannot be drawn in place is not watched", async () => {
    const { code, err } = await run(["status", "--watch"], { env: { TERM: "dumb" } });
    expect([code, err.split("\n")[0]]).toEqual([
      1,
      "agentlb: error: Cannot watch: this terminal can't draw in place (TERM=dumb)",
    ]);
    for (const other of ["--json", "--wide"]) {
      expect((await run(["status", "--watch", other])).code).toBe(2);
    }
  });

  test("of `simulate` fits as well", async () => {
    const args = ["simulate", "--scenario", "light"];
    for (const columns of [40, 60, 80, 140]) {
      const { out } = await run(args, { sessions: 1, columns, env: { NO_COLOR: "1", LANG: "C" } });
      for (const line of out.split("\n")) expect(displayWidth(line), line).toBeLessThanOrEqual(columns);
      expect(out).toMatch(/^POLICY +SERVED +OF BOUND/m);
      expect(out).toMatch(/^adaptive /m);
    }
    expect((await run(args, { sessions: 1, isTerminal: false })).out).toContain("│ POLICY");
  });
});

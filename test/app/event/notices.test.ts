import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Notices } from "../../../lib/app/event/notices.ts";
import type { NotifySettings } from "../../../lib/core/config/config.ts";
import { eventLine, type Happening } from "../../../lib/core/event/event.ts";
import { EVENT_KINDS } from "../../../lib/core/event/kinds.ts";
import { noticeProgram } from "../../../lib/core/shell/desktop_notice.ts";
import { signal } from "../../../lib/io/process/process.ts";
import { spawnChild } from "../../../lib/io/process/spawn.ts";
import { FakeClock } from "../../../rig/clock.ts";
import { until } from "../../../rig/until.ts";
import { world } from "../world.ts";

const SETTINGS: NotifySettings = { command: [], desktop: false, events: EVENT_KINDS, nearPercent: 10 };

/** Real programs, fake time. */
function made(platform: string = process.platform) {
  const { layout, bin } = world();
  mkdirSync(layout.state, { recursive: true, mode: 0o700 });
  const clock = new FakeClock();
  const notes: { what: string; why: string }[] = [];
  const pids: number[] = [];
  const env = { PATH: `${bin}:${process.env.PATH}`, SECRET: undefined, HERE: "yes" };
  const notices = new Notices({
    layout,
    host: {
      clock,
      env,
      platform,
      spawn(launch) {
        const child = spawnChild(launch);
        if (child.pid !== undefined) pids.push(child.pid);
        return child;
      },
    },
    journal: { note: (what, details = {}) => void notes.push({ what, why: String(details.why ?? "") }) },
  });
  onTestFinished(() => {
    for (const pid of pids) signal(-pid, "SIGKILL");
  });
  const happens = (happening: Happening) => appendFileSync(layout.events, eventLine(happening, clock.now()));
  const program = (name: string, text: string) => {
    const path = join(bin, name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  const told = join(layout.root, "told");
  return {
    layout,
    clock,
    notes,
    pids,
    notices,
    happens,
    program,
    told,
    saw: () => existsSync(told) ? readFileSync(told, "utf8") : "",
    look: (more: Partial<NotifySettings>) => notices.look({ ...SETTINGS, ...more }),
  };
}

describe("the user's program", () => {
  it("gets the event as JSON on stdin, its own arguments and nothing else, one at a time and in order", async () => {
    const { happens, program, told, saw, look } = made();
    program("tell", `printf '<%s>' "$@" >> '${told}'; cat >> '${told}'; echo "$HERE" >> '${told}'`);
    const command = ["tell", "a b", "$(touch x); `touch y`", ""];
    look({ command });
    happens({ kind: "exhausted", alias: "$(touch z)", reason: "x" });
    happens({ kind: "reset", alias: "a" });
    look({ command });
    await until(() => saw().split("\n").length === 5, () => `both are told: ${saw()}`);
    const [first = "", , second = ""] = saw().split("\n");
    const words = "<a b><$(touch x); `touch y`><>";
    expect(first.startsWith(`${words}{`)).toBe(true);
    expect(JSON.parse(first.slice(words.length))).toEqual({
      schema: "agentlb.event/1",
      at: "2026-11-20T12:00:00.000Z",
      kind: "exhausted",
      alias: "$(touch z)",
      reason: "x",
    });
    expect(JSON.parse(second.slice(words.length))).toMatchObject({ kind: "reset", alias: "a" });
  });

  it("is told what is new, and only the kinds that are asked for", async () => {
    const { happens, program, told, saw, look } = made();
    const command = [program("tell", `cat >> '${told}'`)];
    happens({ kind: "exhausted", alias: "old" });
    look({});
    happens({ kind: "exhausted", alias: "unasked" });
    look({ command, events: ["reset"] });
    happens({ kind: "exhausted", alias: "other" });
    happens({ kind: "reset", alias: "a" });
    appendFileSync(join(told, "..", "state/events.jsonl"), "no event\n");
    look({ command, events: ["reset"] });
    await until(() => saw().includes("\n"), "it is told");
    look({ command, events: ["reset"] });
    expect(saw().match(/"alias":"\w+"/g)).toEqual(['"alias":"a"']);
  });

  it("is ended with its children after ten seconds, and the next event is told", async () => {
    const { clock, notes, pids, happens, program, told, saw, look } = made();
    program("hang", `trap '' TERM; echo began >> '${told}'; sleep 600 & sleep 600; sleep 600`);
    look({ command: ["hang"] });
    happens({ kind: "reset", alias: "a" });
    look({ command: ["hang"] });
    await until(() => saw() === "began\n", "it runs");
    await clock.advance(9_999);
    expect(notes).toEqual([]);
    const isAlive = () => signal(-pids[0]!, 0 as unknown as NodeJS.Signals);
    expect(isAlive()).toBe(true);
    program("fine", `cat >> '${told}'`);
    happens({ kind: "reset", alias: "b" });
    look({ command: ["fine"] });
    await clock.advance(1);
    await clock.advance(2_000);
    await until(() => !isAlive(), "all of its group is gone");
    expect(notes).toEqual([{ what: "notice failed", why: "it did not end within 10 s" }]);
    await until(() => saw().includes('"alias":"b"'), "the next one is told");
  });

  it("fails with a note: a missing one, an exit code with its last line, a signal", async () => {
    const { notes, happens, program, look } = made();
    program("sad", "echo first >&2; printf 'sad\\033[31m end\\n' >&2; exit 3");
    program("shot", "kill -KILL $$");
    const commands = [["nowhere-to-be-found"], ["sad"], ["shot"]];
    look({ command: commands[0]! });
    for (const [at, command] of commands.entries()) {
      happens({ kind: "reset", alias: "a" });
      look({ command });
      await until(() => notes.length > at, `a note about ${command[0]}`);
    }
    expect(notes.map(({ why }) => why)).toEqual([
      "nowhere-to-be-found: no such program",
      "exit code 3: sad\\u{1b}[31m end",
      "ended by SIGKILL",
    ]);
  });

  it("may say any amount on stderr and fills no disk with it", async () => {
    const { happens, program, told, saw, look } = made();
    const flood = "head -c 3000000 /dev/zero >&2";
    program(
      "flood",
      `${flood}; while [ -n "$(find -L /dev/stderr -size +2000)" ]; do sleep 0.05; done; echo dropped > '${told}'`,
    );
    look({ command: ["flood"] });
    happens({ kind: "reset", alias: "a" });
    look({ command: ["flood"] });
    await until(() => saw() === "dropped\n", "what it said is dropped while it runs");
  });

  it("is not asked to catch up without end: the oldest of more than a hundred are left out", async () => {
    const { notes, happens, program, told, saw, look, notices } = made();
    const command = [program("tell", `cat >> '${told}'`)];
    look({ command });
    for (let n = 0; n < 150; n++) happens({ kind: "reset", alias: `a${n}` });
    look({ command });
    expect(notes[0]).toMatchObject({ what: "left out the oldest notices" });
    await until(() => saw().includes('"a50"'), "the oldest of the hundred is told");
    expect(saw()).not.toContain('"a49"');
    await notices.end();
  });

  it("is ended with the supervisor, and no other is started", async () => {
    const { clock, pids, happens, program, told, saw, look, notices } = made();
    const command = [program("hang", `echo began >> '${told}'; sleep 600`)];
    look({ command });
    happens({ kind: "reset", alias: "a" });
    happens({ kind: "reset", alias: "b" });
    look({ command });
    await until(() => saw() === "began\n", "it runs");
    const ended = notices.end();
    await clock.advance(1_000);
    await clock.advance(2_000);
    await ended;
    happens({ kind: "reset", alias: "c" });
    look({ command });
    expect(pids).toHaveLength(1);
    await until(() => !signal(-pids[0]!, 0 as unknown as NodeJS.Signals), "it is gone");
  });
});

describe("a desktop notice", () => {
  it("is shown by the system's own program, with the texts as arguments", async () => {
    const { happens, program, told, saw, look } = made("linux");
    program("notify-send", `printf '%s\\n' "$@" > '${told}.new'; mv '${told}.new' '${told}'`);
    look({ desktop: true });
    happens({ kind: "login-dead", alias: "a", reason: "token <b>&refused" });
    look({ desktop: true });
    await until(() => saw() !== "", "it is shown");
    expect(saw().trimEnd().split("\n")).toEqual([
      "--app-name=agentlb",
      "--",
      "agentlb: a",
      "login is dead: token &lt;b&gt;&amp;refused; log in again with: agentlb login a",
    ]);
  });

  it("has no text in a script, on any system", () => {
    const [title, text] = ['agentlb: a" & $(x)', 'say "x"; `y`\n<b>'];
    for (const platform of ["linux", "darwin", "win32"]) {
      const { args, env } = noticeProgram(platform, title, text);
      const plain = noticeProgram(platform, "agentlb: a", "b");
      // Where the texts are arguments they are the last two.
      const isByEnv = Object.keys(env).length > 0;
      expect(args.slice(0, isByEnv ? undefined : -2)).toEqual(plain.args.slice(0, isByEnv ? undefined : -2));
      if (isByEnv) expect(Object.values(env)).toEqual([title, text]);
      else expect(args.at(-2)).toBe(title);
    }
    expect(noticeProgram("darwin", title, text).args.at(-1)).toBe(text);
  });

  it("is a note in the log where the system has none", async () => {
    const { notes, happens, look } = made("darwin");
    look({ desktop: true });
    happens({ kind: "reset", alias: "a" });
    look({ desktop: true });
    await until(() => notes.length > 0, "a note");
    expect(notes).toEqual([{ what: "notice failed", why: "osascript: no such program" }]);
  });
});

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { goOnAndTell } from "../../../lib/cli/commands/go_on.ts";
import { threadToContinue } from "../../../lib/app/thread/continued.ts";
import { defaultConfig } from "../../../lib/core/config/config.ts";
import { writeThread } from "../../../rig/threads.ts";
import { START, world } from "../world.ts";

/** Goes on with a thread whose Codex was killed in a turn, at a terminal where this is typed. */
async function answering(answer: string) {
  const made = world();
  const home = made.session("a");
  const cwd = join(home, "work");
  mkdirSync(cwd);
  mkdirSync(made.layout.locks, { recursive: true });
  mkdirSync(made.layout.sessionStates, { recursive: true });
  const { id } = writeThread(home, { at: START - 60_000, cwd, source: "exec", turns: ["killed"] });
  const host = made.host({ isTerminal: true, answer });
  const config = defaultConfig();
  const thread = await threadToContinue(host, made.layout, config, id, false);
  const end = await goOnAndTell(host, made.layout, config, thread, { waits: false, word: "--last" });
  return { end, err: made.err, launches: made.launches.map(({ args, cwd }) => ({ args, cwd })), id, cwd };
}

describe("at a terminal", () => {
  it.each(["y", "Y", " yes "])("it goes on after %j", async (answer) => {
    const { err, launches, id, cwd } = await answering(answer);
    expect(err).toContain(
      "its last turn was cut off: what it was running may have happened.\nGo on with it? [y/N] ",
    );
    expect(launches).toEqual([{ args: expect.arrayContaining(["resume", id, "continue"]), cwd }]);
  });

  it.each(["", "n", "yesterday"])("it goes on with nothing after %j", async (answer) => {
    const { end, err, launches } = await answering(answer);
    expect(end).toBe(1);
    expect(err).toContain("not gone on with");
    expect(launches).toEqual([]);
  });
});

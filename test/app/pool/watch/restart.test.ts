import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Restart } from "../../../../lib/core/pool/watch/restart.ts";
import { type Crew, finishRestart, rotateTeam } from "../../../../lib/app/pool/watch/restart.ts";
import { type RestartFile, restartFileOf } from "../../../../lib/app/pool/watch/restart_record.ts";
import { FakeClock } from "../../../../rig/clock.ts";
import { authFile, world } from "../../world.ts";

const WORKERS = ["w1", "w2"];

/** A team whose workers, tmux and twf are made of a map: worker to whether it runs. */
function team() {
  const dir = dirname(world().bin);
  const [a, b] = ["a", "b"].map((name) => join(dir, `${name}.json`)) as [string, string];
  for (const [path, account] of [[a, "a"], [b, "b"]] as const) {
    writeFileSync(path, authFile(account, { workspace: account }));
  }
  const record = restartFileOf({ stateFile: join(dir, "state.json") }, dir);
  const running = new Set(WORKERS);
  const told: string[] = [];
  const said: string[] = [];
  const failing = new Set<string>();
  let current = a;
  const homeOf = (worker: string) => join(dir, worker);
  for (const worker of WORKERS) give(worker, "a");
  function give(worker: string, account: string): void {
    mkdirSync(homeOf(worker), { recursive: true });
    writeFileSync(join(homeOf(worker), "auth.json"), authFile(account, { workspace: account }));
  }
  const crew = (more: Partial<Crew> = {}): Crew => ({
    host: { clock: new FakeClock() },
    record,
    twf: {
      run(command, worker = "") {
        told.push(`${command} ${worker}`);
        if (failing.has(`${command} ${worker}`)) return Promise.resolve("exit code 1: no");
        if (command === "stop") running.delete(worker);
        if (command === "resume") {
          if (running.has(worker)) return Promise.resolve("it runs");
          give(worker, current === a ? "a" : "b");
          running.add(worker);
        }
        return Promise.resolve(undefined);
      },
    },
    tmux: {
      isRunning: (worker) => Promise.resolve(running.has(worker)),
      screenOf: () => Promise.resolve(""),
    },
    message: "go on",
    homeOf,
    bannersOf: () => Promise.resolve(1),
    say: (line) => void said.push(line),
    interrupted: new AbortController().signal,
    ...more,
  });
  const rotate = (by: Crew) =>
    rotateTeam(by, {
      team: dir,
      from: a,
      to: b,
      workers: WORKERS,
      move() {
        const isFirst = current === a;
        if (isFirst) moves.push("a -> b");
        current = b;
        return Promise.resolve(isFirst);
      },
    });
  const moves: string[] = [];
  const finish = (by: Crew) => finishRestart(by, () => Promise.resolve(current));
  return {
    crew,
    rotate,
    finish,
    record,
    running,
    told,
    said,
    failing,
    moves,
    give,
    isMoved: () => current === b,
    from: a,
  };
}

/** Dies, as by SIGKILL, at the `n`th thing that leaves a trace: before it, or after it. */
function mortal(crew: Crew, n: number, when: "before" | "after"): Crew {
  let count = 0;
  const dying = <T>(work: () => T): T => {
    if (count++ !== n) return work();
    if (when === "after") work();
    throw new Error("killed");
  };
  const record: RestartFile = {
    ...crew.record,
    write: (restart: Restart) => dying(() => crew.record.write(restart)),
  };
  return { ...crew, record, twf: { run: (...words) => dying(() => crew.twf.run(...words)) } };
}

describe("a rotation", () => {
  test("stops all workers, then resumes and tells one after the other", async () => {
    const { crew, rotate, told, record, moves } = team();
    expect(await rotate(crew())).toBe("rotated");
    expect(told).toEqual(["stop w1", "stop w2", "resume w1", "send w1", "resume w2", "send w2"]);
    expect(moves).toEqual(["a -> b"]);
    expect(record.read()).toMatchObject({ phase: "done", banners: new Map([["w1", 1], ["w2", 1]]) });
  });

  const deaths = Array.from({ length: 18 }, (_, n) => [n, "before"] as const)
    .concat(Array.from({ length: 18 }, (_, n) => [n, "after"] as const) as never);

  test.each(deaths)("that dies at step %s, %s it, is finished by the next watcher", async (n, when) => {
    const { crew, rotate, finish, isMoved, told, moves, record, running } = team();
    await rotate(mortal(crew(), n, when)).catch(() => {});
    await finish(crew());
    if (!isMoved()) expect(await rotate(crew())).toBe("rotated");
    expect(moves).toEqual(["a -> b"]);
    expect([...running].sort()).toEqual(WORKERS);
    for (const worker of WORKERS) {
      // Whoever has the new login is not stopped again, and nobody is left untold.
      const lines = told.filter((line) => line.endsWith(worker)).map((line) => line.split(" ")[0]);
      expect(lines.lastIndexOf("stop")).toBeLessThan(lines.indexOf("resume"));
      expect(lines.filter((word) => word === "resume")).toHaveLength(1);
      expect(lines.at(-1)).toBe("send");
    }
    expect(record.read()).toMatchObject({ phase: "done" });
  });

  test.each(["a", "c"])(
    "is finished although somebody has moved the team to %s meanwhile",
    async (account) => {
      const { crew, rotate, told, from } = team();
      await rotate(mortal(crew(), 4, "after")).catch(() => {});
      expect(told).toEqual(["stop w1", "stop w2"]);
      await finishRestart(crew(), () => Promise.resolve(from.replace("a.json", `${account}.json`)));
      expect(told.slice(2)).toEqual(["resume w1", "send w1", "resume w2", "send w2"]);
    },
  );

  test("is left alone while its watcher lives", async () => {
    const { crew, rotate, finish, told, record } = team();
    let during: readonly string[] | undefined;
    const slow = crew();
    const watched: Crew = {
      ...slow,
      twf: {
        async run(...words) {
          const before = told.length;
          await finish(crew());
          if (await rotate(crew()) !== "busy") throw new Error("two at once");
          during ??= told.slice(before);
          return await slow.twf.run(...words);
        },
      },
    };
    expect(await rotate(watched)).toBe("rotated");
    expect(during).toEqual([]);
    expect(told).toHaveLength(6);
    expect(record.read()?.phase).toBe("done");
  });

  test("comes too late when another has moved the team", async () => {
    const { crew, rotate, told, record } = team();
    await rotate(crew());
    const before = record.read()!;
    expect(await rotate(crew())).toBe("late");
    expect(told).toHaveLength(6);
    // When the workers came back is not forgotten.
    expect(record.read()).toMatchObject({ phase: "done", at: before.at, resumedAt: before.resumedAt });
  });

  test("names what failed and goes on with the others", async () => {
    const { crew, rotate, told, said, failing } = team();
    failing.add("stop w1").add("send w2");
    expect(await rotate(crew())).toBe("rotated");
    expect(told).toEqual(["stop w1", "stop w2", "resume w2", "send w2"]);
    expect(said).toEqual([
      "⚠️ twf stop w1: exit code 1: no",
      "⚠️ twf send w2: exit code 1: no",
      "⚠️ not restarted: w1, w2",
    ]);
  });

  test("takes a worker for resumed that a twf of a dead watcher has resumed meanwhile", async () => {
    const { crew, rotate, told, said, give, running } = team();
    const own = crew();
    const twf = {
      run(...words: readonly string[]) {
        if (words[0] === "resume" && words[1] === "w1") {
          give("w1", "b");
          running.add("w1");
        }
        return own.twf.run(...words);
      },
    };
    expect(await rotate({ ...own, twf })).toBe("rotated");
    expect(told.filter((line) => line.endsWith("w1"))).toEqual(["stop w1", "resume w1", "send w1"]);
    expect(said).toEqual(["⚠️ twf resume w1: it runs"]);
  });

  test("that is interrupted is left for the next", async () => {
    const { crew, rotate, finish, told, record, said } = team();
    const controller = new AbortController();
    const own = crew({ interrupted: controller.signal });
    const run = own.twf.run;
    const twf = {
      run(...words: readonly string[]) {
        if (words[0] === "resume") controller.abort();
        return run(...words);
      },
    };
    await rotate({ ...own, twf });
    expect(told).toEqual(["stop w1", "stop w2", "resume w1"]);
    expect(record.read()?.phase).toBe("restarting");
    await finish(crew());
    expect(told.slice(3)).toEqual(["send w1", "resume w2", "send w2"]);
    expect(said).toEqual([expect.stringMatching(/^ℹ️ finishing the restart begun.*: a\.json -> b\.json$/)]);
  });
});

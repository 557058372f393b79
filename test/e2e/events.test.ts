import {
  appendFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { ChildProcess } from "node:child_process";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Happening } from "../../lib/core/event/event.ts";
import { sandbox } from "../../rig/in_test.ts";
import { patience } from "../../rig/patience.ts";
import { ways } from "../../rig/program.ts";
import { finished, killGroup } from "../../rig/result.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { until } from "../../rig/until.ts";
import { daemonsOf } from "./support/daemons.ts";
import { published } from "./support/published.ts";
import { addSession } from "./support/session.ts";

const WAY = ways.includes("compiled") ? "compiled" : ways[0]!;

/** What an app-server says by itself when its account has so much used. */
function news(usedPercent: number): string {
  const primary = { usedPercent, windowDurationMins: 300, resetsAt: 4_102_444_800 };
  const rateLimits = { limitId: "codex", primary, secondary: null };
  return JSON.stringify({ method: "account/rateLimits/updated", params: { rateLimits } });
}

/** A user with one session, which has so much used, and settings. */
function made(used: number, settings = "") {
  const user = sandbox({ env: { AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "0" } });
  const home = addSession(user, "a", [used, 10]);
  writeFileSync(join(user.root, "config.toml"), `[supervisor]\nmanaged = "all"\n${settings}`);
  const events = join(user.root, "state/events.jsonl");
  return { user, home, events, told: () => toldIn(existsSync(events) ? readFileSync(events, "utf8") : "") };
}

/** The kinds of events in lines of JSON, with their sessions. */
function toldIn(text: string): string[] {
  return text.split("\n").filter((line) => line !== "").map((line) => {
    const { alias, kind } = JSON.parse(line) as Happening;
    return `${alias} ${kind}`;
  });
}

/** `agentlb events --follow`, and what it has printed. */
function follow(user: Sandbox, way: Parameters<Sandbox["start"]>[0] = WAY) {
  const child = user.start(way, ["events", "--follow"]);
  onTestFinished(() => killGroup(child.pid));
  let text = "";
  child.stdout!.on("data", (part: Uint8Array) => text += new TextDecoder().decode(part));
  return { child, told: () => toldIn(text), end: finished(child, 60_000) };
}

async function supervise(user: Sandbox): Promise<number> {
  await user.run(WAY, ["supervisor", "start", "--background"]);
  const [pid] = daemonsOf(user);
  expect(pid).toBeDefined();
  return pid!;
}

async function kill(user: Sandbox, pid: number): Promise<void> {
  process.kill(pid, "SIGKILL");
  await until(() => !daemonsOf(user).includes(pid), "the supervisor is gone");
}

function isKept(user: Sandbox): boolean {
  const entry = published(user)?.sessions.a;
  return entry?.appServer.state === "running" && entry.lastProbeResult === "ok";
}

describe.each(ways)("started by %s", { timeout: patience(90_000) }, (way) => {
  test("events come while they are followed, and are kept; Ctrl-C ends it", async () => {
    const { user, home, events } = made(50);
    const followed = follow(user, way); // before there is anything
    await user.run(way, ["supervisor", "start", "--background"]);
    await until(() => isKept(user), "the supervisor keeps an app-server");
    user.fake.tell(home, {}); // no reading tells it, only the news
    for (const used of [95, 100, 20]) {
      const before = followed.told().length;
      user.fake.say(home, [news(used)]);
      await until(() => followed.told().length > before, () => `an event at ${used}%: ${followed.told()}`);
    }
    const told = ["a limit-near", "a exhausted", "a reset"];
    expect(followed.told()).toEqual(told);
    followed.child.kill("SIGINT");
    expect(await followed.end).toMatchObject({ signal: "SIGINT", stderr: "" });
    const kept = await user.run(way, ["events"]);
    expect(toldIn(kept.stdout)).toEqual(told);
    expect(kept).toMatchObject({ code: 0, stderr: "", stdout: readFileSync(events, "utf8") });
    expect((await user.run(way, ["events", "--json"])).stdout).toBe(kept.stdout);
    expect(await user.run(way, ["events", "--since", "0s"])).toMatchObject({ code: 0, stdout: "" });
    expect((await user.run(way, ["events", "--since", "soon"])).code).toBe(2);
    expect(statSync(events).mode & 0o777).toBe(0o600);
    expect(kept.stdout).not.toContain("@");
  });
});

describe("following", { timeout: patience(90_000) }, () => {
  test("survives a supervisor that is killed, and what it told is not told again", async () => {
    const { user, told } = made(100);
    const followed = follow(user);
    const first = await supervise(user);
    await until(() => followed.told().length === 1, "the exhaustion is told");
    await kill(user, first);
    await supervise(user);
    // Another session shows that the new supervisor has looked.
    addSession(user, "b", [100, 10]);
    await until(() => told().includes("b exhausted"), "the next supervisor tells what is new");
    await until(() => followed.told().length === 2, "it is followed");
    expect(followed.told()).toEqual(["a exhausted", "b exhausted"]);
    followed.child.kill("SIGTERM");
    expect(await followed.end).toMatchObject({ signal: "SIGTERM" });
  });

  test("survives rotation, removal and another folder in its place", async () => {
    const { user, events } = made(50);
    const line = (alias: string) =>
      `${
        JSON.stringify({ schema: "agentlb.event/1", at: "2026-11-20T12:00:00.000Z", kind: "reset", alias })
      }\n`;
    await user.run(WAY, ["status"]);
    const followed = follow(user);
    const sees = (alias: string) =>
      until(() => followed.told().at(-1) === `${alias} reset`, () => `${alias}: ${followed.told()}`);
    appendFileSync(events, line("one"));
    await sees("one");
    appendFileSync(events, line("two"));
    renameSync(events, `${events}.1`);
    appendFileSync(events, line("three"));
    await sees("three");
    rmSync(events);
    appendFileSync(events, `${line("four").slice(0, 30)}\n${line("four")}`);
    await sees("four");
    const state = join(user.root, "state");
    renameSync(state, `${state}.away`);
    await user.run(WAY, ["status"]);
    appendFileSync(events, line("five"));
    await sees("five");
    appendFileSync(events, line("six"));
    await sees("six");
    expect(followed.told()).toEqual(
      ["one", "two", "three", "four", "five", "six"].map((each) => `${each} reset`),
    );
    rmSync(`${state}.away`, { recursive: true });
  });

  test("ends when nobody reads any more", async () => {
    const { user, events } = made(50);
    await user.run(WAY, ["status"]);
    const { child, end } = follow(user);
    const add = () => {
      const event = { schema: "agentlb.event/1", at: "2026-11-20T12:00:00.000Z", kind: "reset", alias: "a" };
      appendFileSync(events, `${JSON.stringify(event)}\n`);
    };
    child.stdout!.destroy();
    const ended = end.then(() => true);
    let isOver = false;
    void ended.then(() => isOver = true);
    await until(() => {
      add();
      return isOver;
    }, "it has ended");
    expect(await end).toMatchObject({ code: 0, stderr: "" });
  });
});

test(
  "whenever the supervisor is killed, each event is there once in the end",
  { timeout: patience(180_000) },
  async () => {
    const { user, events, told } = made(100);
    const marks = join(user.root, "state/event-marks.json");
    const start = (): ChildProcess => {
      const child = user.start(WAY, ["supervisor", "daemon"]);
      onTestFinished(() => killGroup(child.pid));
      return child;
    };
    const moments: readonly (() => boolean)[] = [
      () => existsSync(join(user.root, "supervisor.log")),
      () => existsSync(marks),
      () => existsSync(events),
      () => existsSync(join(user.root, "status.json")),
    ];
    for (const [at, moment] of moments.entries()) {
      // Of a run for itself, so that the moment is the first of its kind.
      for (const path of [marks, events]) rmSync(path, { force: true });
      const child = start();
      const end = finished(child, 60_000);
      await until(moment, `moment ${at}`);
      child.kill("SIGKILL");
      await end;
      const next = start();
      const nextEnd = finished(next, 60_000);
      await until(() => told().length > 0, "the event is there");
      next.kill("SIGTERM");
      await nextEnd;
      expect(told(), `moment ${at}`).toEqual(["a exhausted"]);
    }
  },
);

describe("[notify]", { timeout: patience(90_000) }, () => {
  test("runs the program with the event on stdin; one that hangs holds up no reading", async () => {
    const user = sandbox({ env: { AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "0" } });
    addSession(user, "a", [100, 10]);
    const told = join(user.dir, "told");
    const program = join(user.bin, "tell me");
    const command = JSON.stringify([program, "$(touch x)"]);
    // The first one reads its event and hangs.
    writeFileSync(
      program,
      `#!/bin/sh\necho "$1" > '${told}.word'; cat >> '${told}'; [ -e '${told}.once' ] || { touch '${told}.once'; exec sleep 600; }\n`,
      { mode: 0o755 },
    );
    writeFileSync(join(user.root, "config.toml"), `[notify]\ncommand = ${command}\nevents = ["exhausted"]\n`);
    await supervise(user);
    await until(() => existsSync(`${told}.once`), "the program runs");
    const [line = ""] = readFileSync(told, "utf8").split("\n");
    expect(JSON.parse(line)).toMatchObject({ schema: "agentlb.event/1", kind: "exhausted", alias: "a" });
    expect(readFileSync(`${told}.word`, "utf8")).toBe("$(touch x)\n");
    addSession(user, "b", [30, 10]);
    await until(() => published(user)?.sessions.b?.lastProbeResult === "ok", "another session is read");
    expect(readFileSync(join(user.root, "supervisor.log"), "utf8")).not.toContain("notice failed");
    addSession(user, "c", [100, 10]);
    await until(() => toldIn(readFileSync(told, "utf8")).length === 2, "the next event is told", 30_000);
    expect(toldIn(readFileSync(told, "utf8"))).toEqual(["a exhausted", "c exhausted"]);
    expect(readFileSync(join(user.root, "supervisor.log"), "utf8")).toContain("it did not end within 10 s");
    await user.run(WAY, ["supervisor", "stop"]);
  });
});

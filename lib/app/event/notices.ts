import type { NotifySettings } from "../../core/config/config.ts";
import { eventIn, type NotedEvent } from "../../core/event/event.ts";
import { noticeOf } from "../../core/event/words.ts";
import { noticeProgram } from "../../core/shell/desktop_notice.ts";
import type { Launch } from "../../core/shell/launch.ts";
import { wordsOf } from "../../core/text/failure.ts";
import { printable } from "../../core/text/printable.ts";
import type { Layout } from "../../core/system/layout.ts";
import { Follower } from "../../io/files/follow.ts";
import type { Host } from "../../io/host.ts";
import type { Journal } from "../../io/journal.ts";
import { signal } from "../../io/process/process.ts";
import type { Child, Exit } from "../../io/process/spawn.ts";
import { behindBatch } from "../codex/batch_file.ts";
import { findProgram } from "../codex/find_program.ts";

interface Context {
  readonly layout: Layout;
  readonly host: Pick<Host, "clock" | "env" | "platform" | "spawn">;
  readonly journal: Journal;
}

/** A program to run for an event. */
interface Notice {
  readonly kind: string;
  /** The program and its arguments. */
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
}

const MOST_QUEUED = 100;
/** The time limit of one program, and the time between the two signals that end it. */
const LIMIT_MS = 10_000;
const GRACE_MS = 2_000;
/** A program that still runs when the supervisor ends has so long. */
const LEAVE_MS = 1_000;

/**
 * Runs the user's program, or the one that shows a desktop notice, for each new event: one at a time, apart from all
 * else. Events from before the settings asked for them are not told.
 */
export class Notices {
  readonly #context: Context;
  #follower: Follower | undefined;
  #queue: Notice[] = [];
  #running: Promise<void> | undefined;
  readonly #stop = new AbortController();

  constructor(context: Context) {
    this.#context = context;
  }

  /** Reads new events, whoever wrote them, and queues their notices. */
  look(settings: NotifySettings): void {
    if (this.#stop.signal.aborted) return;
    if (settings.command.length === 0 && !settings.desktop) {
      this.#follower?.close();
      this.#follower = undefined;
      return;
    }
    for (const line of this.#newLines()) {
      const event = eventIn(line);
      if (event !== undefined && settings.events.includes(event.kind)) this.#add(event, line, settings);
    }
    if (this.#running === undefined && this.#queue.length > 0) this.#running = this.#runAll();
  }

  /** Drops what is queued; ends a program that does not end by itself. */
  async end(): Promise<void> {
    this.#queue = [];
    this.#follower?.close();
    this.#follower = undefined;
    if (this.#running !== undefined) {
      await Promise.race([this.#running, this.#context.host.clock.sleep(LEAVE_MS)]);
    }
    this.#stop.abort();
    await this.#running;
  }

  #newLines(): readonly string[] {
    const { layout, journal } = this.#context;
    try {
      this.#follower ??= new Follower(layout.events, true);
      return this.#follower.read();
    } catch (error) {
      journal.note("cannot read events", { why: wordsOf(error) });
      return [];
    }
  }

  #add(event: NotedEvent, line: string, { command, desktop }: NotifySettings): void {
    const { host: { platform, clock }, journal } = this.#context;
    const { kind } = event;
    if (command.length > 0) this.#queue.push({ kind, words: command, env: {}, stdin: `${line}\n` });
    if (desktop) {
      const { title, text } = noticeOf(event, clock.now());
      const { name, args, env } = noticeProgram(platform, title, text);
      this.#queue.push({ kind, words: [name, ...args], env, stdin: "" });
    }
    const over = this.#queue.length - MOST_QUEUED;
    if (over <= 0) return;
    journal.note("left out the oldest notices", { waiting: MOST_QUEUED });
    this.#queue.splice(0, over);
  }

  async #runAll(): Promise<void> {
    for (let notice = this.#queue.shift(); notice !== undefined; notice = this.#queue.shift()) {
      const problem = await this.#run(notice).catch(wordsOf);
      if (problem === undefined) continue;
      this.#context.journal.note("notice failed", { event: notice.kind, why: printable(problem) });
    }
    // At once: what is queued after this look at the queue needs another run.
    this.#running = undefined;
  }

  /** Runs one program; returns what went wrong. */
  async #run(notice: Notice): Promise<string | undefined> {
    const { host } = this.#context;
    const launch = this.#launchOf(notice);
    if (typeof launch === "string") return launch;
    const child = host.spawn(launch);
    child.onData(() => {});
    child.write(notice.stdin);
    child.closeStdin();
    const exit = await this.#within(child, LIMIT_MS, this.#stop.signal);
    if (exit !== undefined) return problemOf(exit, child.lastWords());
    await this.#kill(child);
    return this.#stop.signal.aborted ? undefined : `it did not end within ${LIMIT_MS / 1000} s`;
  }

  #launchOf({ words: [name = "", ...args], env }: Notice): Launch | string {
    const { host, layout } = this.#context;
    const around = { ...host, cwd: layout.root };
    const program = findProgram(name, around);
    if (program === undefined) return `${name}: no such program`;
    const { file, before } = behindBatch(program, around);
    return {
      file,
      args: [...before, ...args],
      env: { ...defined(host.env), ...env },
      cwd: layout.root,
      stderr: "dropped",
    };
  }

  /** The end of a child, if it comes in time. */
  async #within(child: Child, ms: number, stop?: AbortSignal): Promise<Exit | undefined> {
    const over = new AbortController();
    const either = stop === undefined ? over.signal : AbortSignal.any([over.signal, stop]);
    const exit = await Promise.race([
      child.exited,
      this.#context.host.clock.sleep(ms, either).then(() => undefined),
    ]);
    over.abort();
    return exit;
  }

  /** Ends a program and all of its group. */
  async #kill(child: Child): Promise<void> {
    if (child.pid === undefined) return;
    signal(-child.pid, "SIGTERM");
    await this.#within(child, GRACE_MS);
    signal(-child.pid, "SIGKILL");
  }
}

function problemOf(exit: Exit, lastWords: string): string | undefined {
  if ("error" in exit) return wordsOf(exit.error);
  if ("code" in exit && exit.code === 0) return undefined;
  const said = lastWords.trim().split("\n").at(-1) ?? "";
  const end = "code" in exit ? `exit code ${exit.code}` : `ended by ${exit.signal}`;
  return said === "" ? end : `${end}: ${said}`;
}

function defined(env: Host["env"]): Record<string, string> {
  const kept: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(env)) if (value !== undefined) kept[name] = value;
  return kept;
}

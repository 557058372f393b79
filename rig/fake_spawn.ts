import type { Launch } from "../lib/core/shell/launch.ts";
import type { Child, Exit, Spawn } from "../lib/io/process/spawn.ts";

export interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: unknown;
}

/** The reaction of a fake app-server to a request; undefined = it hangs. */
export type Behaviour = (request: Request, child: FakeChild) => void;

/** No process has such a pid on Linux, so signals to it reach no process. */
const FIRST_PID = 5_000_001;

export const LIMITS = {
  rateLimits: {
    limitId: "codex",
    primary: { usedPercent: 25, windowDurationMins: 300, resetsAt: 4102444800 },
    secondary: { usedPercent: 40, windowDurationMins: 10080, resetsAt: 4102444800 },
  },
};

/** An in-memory app-server: the test is its other end. */
export class FakeChild implements Child {
  readonly pid: number | undefined;
  readonly launch: Launch;
  readonly requests: Request[] = [];
  readonly exited: Promise<Exit>;
  readonly left: Promise<Exit>;
  readonly isKept = false;
  isStdinOpen = true;
  isGone = false;
  /** Ignores the end of its stdin. */
  ignoresEnd = false;
  /** Its stderr so far. */
  stderr = "";
  behave: Behaviour;
  #flooded: () => void = () => {};
  #listener: (chunk: Uint8Array) => void = () => {};
  #exit: (exit: Exit) => void = () => {};

  constructor(pid: number | undefined, launch: Launch, behave: Behaviour) {
    this.pid = pid;
    this.launch = launch;
    this.behave = behave;
    this.exited = new Promise((resolve) => this.#exit = resolve);
    this.left = this.exited;
  }

  get home(): string {
    return this.launch.env.CODEX_HOME ?? "";
  }

  /** The methods of its requests, in order. */
  get asked(): string[] {
    return this.requests.map(({ method }) => method);
  }

  write(text: string): void {
    if (!this.isStdinOpen || this.isGone) return;
    for (const line of text.split("\n").filter((line) => line !== "")) {
      const request: Request = JSON.parse(line);
      this.requests.push(request);
      queueMicrotask(() => !this.isGone && this.behave(request, this));
    }
  }

  closeStdin(): void {
    this.isStdinOpen = false;
    if (!this.ignoresEnd) queueMicrotask(() => this.exit({ code: 0 }));
  }

  onData(listener: (chunk: Uint8Array) => void): void {
    this.#listener = listener;
  }

  onFlood(listener: () => void): void {
    this.#flooded = listener;
  }

  release(): void {}

  /** Counts as one that prints without end. */
  flood(): void {
    this.#flooded();
  }

  lastWords(): string {
    return this.stderr;
  }

  /** Prints these bytes, unchanged. */
  say(text: string): void {
    this.#listener(new TextEncoder().encode(text));
  }

  answer(id: number, result: unknown): void {
    this.say(`${JSON.stringify({ id, result })}\n`);
  }

  fail(id: number, code: number, message: string): void {
    this.say(`${JSON.stringify({ id, error: { code, message } })}\n`);
  }

  notify(method: string, params: unknown): void {
    this.say(`${JSON.stringify({ method, params })}\n`);
  }

  exit(exit: Exit): void {
    if (this.isGone) return;
    this.isGone = true;
    this.#exit(exit);
  }
}

/** Answers the handshake, and the request for limits with these. */
export function answering(limits: unknown = LIMITS): Behaviour {
  return (request, child) =>
    child.answer(request.id, request.method === "initialize" ? { userAgent: "fake/0" } : limits);
}

/** Answers the handshake, but not the request for limits. */
export const hanging: Behaviour = (request, child) => {
  if (request.method === "initialize") child.answer(request.id, {});
};

/** Answers nothing at all. */
export const silent: Behaviour = () => {};

/** Answers the handshake, and the request for limits with this error. */
export function failing(code: number, message: string): Behaviour {
  return (request, child) =>
    request.method === "initialize" ? child.answer(request.id, {}) : child.fail(request.id, code, message);
}

export interface FakeSpawn {
  readonly spawn: Spawn;
  readonly children: FakeChild[];
  /** The largest number alive at the same time. */
  readonly most: () => number;
  in(home: string): FakeChild[];
  alive(): FakeChild[];
}

/** A `Spawn` that starts nothing and records everything. `behaviour` sets the reaction of the next child of a home. */
export function fakeSpawn(behaviour: (launch: Launch, count: number) => Behaviour | "absent"): FakeSpawn {
  const children: FakeChild[] = [];
  const alive = () => children.filter((child) => !child.isGone);
  let most = 0;
  return {
    children,
    alive,
    most: () => most,
    in: (home) => children.filter((child) => child.home === home),
    spawn(launch) {
      const behave = behaviour(launch, children.length);
      const isAbsent = behave === "absent";
      const child = new FakeChild(
        isAbsent ? undefined : FIRST_PID + children.length,
        launch,
        isAbsent ? silent : behave,
      );
      if (isAbsent) child.exit({ error: Object.assign(new Error("spawn ENOENT"), { code: "ENOENT" }) });
      children.push(child);
      most = Math.max(most, alive().length);
      return child;
    },
  };
}

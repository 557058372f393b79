import type { ChildProcess } from "node:child_process";
import { type CodexOptions, startCodex } from "./codex.ts";
import { killGroup } from "./result.ts";

export interface Message {
  readonly id?: number;
  readonly method?: string;
  // deno-lint-ignore no-explicit-any
  readonly result?: any;
  // deno-lint-ignore no-explicit-any
  readonly params?: any;
  readonly error?: { readonly code: number; readonly message: string };
}

/** A line-by-line conversation with an app-server, for tests of the rig itself. */
export interface AppServer {
  readonly child: ChildProcess;
  readonly messages: readonly Message[];
  /** Sends a request; resolves with its answer, rejects when the process ends or after 50 s. */
  ask(method: string, params?: unknown): Promise<Message>;
  /** Sends `initialize`. */
  initialize(): Promise<Message>;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** Closes its stdin and waits for its end. */
  end(): Promise<void>;
}

/** Starts the real `codex app-server` in a home. */
export function startAppServer(home: string, options: CodexOptions = {}): AppServer {
  return talkTo(startCodex(home, ["app-server", "--listen", "stdio://"], options));
}

/** Talks to a running app-server with piped stdin and stdout. */
export function talkTo(child: ChildProcess): AppServer {
  const messages: Message[] = [];
  const waiting = new Map<number, (message: Message) => void>();
  let serial = 0;
  let rest = "";
  child.stdout?.setEncoding("utf8");
  child.stdout?.on("data", (part: string) => {
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const message = parsed(line);
      if (message === undefined) continue;
      messages.push(message);
      if (message.id !== undefined) waiting.get(message.id)?.(message);
    }
  });
  child.stderr?.resume();
  child.stdin?.on("error", () => {});
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.on("exit", (code, signal) => resolve({ code, signal }))
  );
  const ask = (method: string, params?: unknown) => {
    const id = ++serial;
    child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    return new Promise<Message>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to ${method}`)), 50_000);
      const settle = (done: () => void) => {
        clearTimeout(timer);
        waiting.delete(id);
        done();
      };
      waiting.set(id, (message) => settle(() => resolve(message)));
      void exited.then((end) =>
        settle(() => reject(new Error(`ended (${JSON.stringify(end)}) before ${method}`)))
      );
    });
  };
  return {
    child,
    messages,
    ask,
    initialize: () => ask("initialize", { clientInfo: { name: "rig", version: "0" } }),
    exited,
    async end() {
      child.stdin?.end();
      const timer = setTimeout(() => killGroup(child.pid), 10_000);
      await exited;
      clearTimeout(timer);
    },
  };
}

function parsed(line: string): Message | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

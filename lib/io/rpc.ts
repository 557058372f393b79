import type { RpcFault } from "../core/codex/reasons.ts";
import { LineSplitter } from "./files/lines.ts";
import type { Child, Exit } from "./process/spawn.ts";

/** An error answer. */
export class RpcError extends Error {
  readonly fault: RpcFault;
  constructor(fault: RpcFault) {
    super(fault.message);
    this.fault = fault;
  }
}

/** The other side is gone and will never answer. */
export class RpcClosed extends Error {
  readonly exit: Exit;
  constructor(exit: Exit) {
    super("the process ended");
    this.exit = exit;
  }
}

/** The other side prints without end, so its answer is not waited for. */
export class RpcFlood extends Error {
  constructor() {
    super("the process prints without end");
  }
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

type Notified = (method: string, params: unknown) => void;

/** JSON-RPC over a child's stdin and stdout, one compact object per line; answers are matched by id. */
export class JsonRpcClient {
  readonly #child: Child;
  readonly #notified: Notified;
  readonly #lines = new LineSplitter();
  readonly #waiting = new Map<number, Waiting>();
  readonly #flooded = new AbortController();
  #lastId = 0;
  #isOpen = true;

  constructor(child: Child, notified: Notified) {
    this.#child = child;
    this.#notified = notified;
    child.onData((chunk) => {
      for (const line of this.#lines.push(chunk)) this.#take(line);
    });
    void child.exited.then((exit) => this.#end(exit));
    child.onFlood(() => {
      this.#rejectAll(new RpcFlood());
      this.#flooded.abort();
    });
  }

  /** Aborted once the other side has printed without end. Notifications are dropped then; a later request is still sent. */
  get flooded(): AbortSignal {
    return this.#flooded.signal;
  }

  /** The number of lines that were too long to read. */
  get dropped(): number {
    return this.#lines.dropped;
  }

  /** Sends a request; rejects with `RpcError`, with `RpcClosed` when the process ends first, and with `RpcFlood`. */
  request(method: string, params: unknown): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      if (!this.#isOpen) return reject(new RpcClosed({ code: 0 }));
      this.#waiting.set(id, { resolve, reject });
      this.#child.write(`${JSON.stringify({ id, jsonrpc: "2.0", method, params })}\n`);
    });
  }

  #take(line: string): void {
    let message: { id?: unknown; method?: unknown; params?: unknown; result?: unknown; error?: unknown };
    try {
      message = JSON.parse(line);
    } catch {
      return; // not a message
    }
    if (typeof message !== "object" || message === null) return;
    if (typeof message.method === "string") {
      if (message.id === undefined && !this.#flooded.signal.aborted) {
        this.#notified(message.method, message.params);
      }
      return; // a request of the other side: unknown to us, and it does not need an answer
    }
    if (typeof message.id !== "number") return;
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    const fault = faultOf(message.error);
    if (fault) waiting?.reject(new RpcError(fault));
    else waiting?.resolve(message.result);
  }

  #end(exit: Exit): void {
    this.#isOpen = false;
    this.#rejectAll(new RpcClosed(exit));
  }

  #rejectAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function faultOf(error: unknown): RpcFault | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { code, message } = error as { code?: unknown; message?: unknown };
  return {
    code: typeof code === "number" ? code : 0,
    message: typeof message === "string" ? message : "",
  };
}

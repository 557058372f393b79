import { onSignals } from "../../../io/process/process.ts";

/** An interrupt by the user or by a closed terminal. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** The first received signal. */
  readonly name: () => NodeJS.Signals | undefined;
  /** Resolves with the first signal. */
  readonly came: Promise<void>;
  /** Restores the default effect of the signals. */
  release(): void;
}

/** Catches the signals that end a program, so that it can clean up; the second one ends it at once. */
export function interruptible(): Interrupt {
  const controller = new AbortController();
  let first: NodeJS.Signals | undefined;
  const came = new Promise<void>((resolve) => controller.signal.addEventListener("abort", () => resolve()));
  const release = onSignals(["SIGINT", "SIGTERM", "SIGHUP"], (name) => {
    first = name;
    release();
    controller.abort();
  });
  return { signal: controller.signal, name: () => first, came, release };
}

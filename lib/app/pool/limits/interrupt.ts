import { onSignals } from "../../../io/process/process.ts";

/** What a user, or whoever closes the terminal, interrupts. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** The first signal that came. */
  readonly name: () => NodeJS.Signals | undefined;
  /** Resolves with the first signal. */
  readonly came: Promise<void>;
  /** Back to dying by signals. */
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

import { setTimeout as wait } from "node:timers/promises";

/** Waits until `isSo` returns true, checking every 10 ms; fails with `what` after `timeoutMs`. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  what: string | (() => string),
  timeoutMs = 15_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!await isSo()) {
    if (Date.now() > deadline) {
      throw new Error(`after ${timeoutMs} ms still not: ${typeof what === "string" ? what : what()}`);
    }
    await wait(10);
  }
}

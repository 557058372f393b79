import { setTimeout as wait } from "node:timers/promises";
import { patience } from "./patience.ts";

/** Waits until `isSo` returns true, checking every 10 ms; fails with `what` after the patience of `timeoutMs`. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  what: string | (() => string),
  timeoutMs = 15_000,
): Promise<void> {
  const limitMs = patience(timeoutMs);
  const deadline = Date.now() + limitMs;
  while (!await isSo()) {
    if (Date.now() > deadline) {
      throw new Error(`after ${limitMs} ms still not: ${typeof what === "string" ? what : what()}`);
    }
    await wait(10);
  }
}

import { errnoOf } from "../../core/text/failure.ts";
import { system } from "../platform/here.ts";

/**
 * Does something to a file. Some systems refuse that for as long as another process, such as a virus scanner, has the file
 * open in a way of its own: there it is tried again for two seconds, and what fails then is thrown.
 */
export function patiently<T>(
  action: () => T,
  waits: readonly number[] = system.refusesOpenFiles ? patience() : [],
): T {
  for (const ms of waits) {
    try {
      return action();
    } catch (error) {
      if (!isPassing(error)) throw error;
      pause(ms);
    }
  }
  return action();
}

/** Milliseconds between tries: two seconds in all. */
function patience(): number[] {
  return [1, 2, 5, 10, 20, ...Array.from({ length: 39 }, () => 50)];
}

/** Whether a system that refuses open files may refuse this for a moment only, because somebody has the file open. */
export function isPassing(error: unknown): boolean {
  return ["EPERM", "EACCES", "EBUSY"].includes(errnoOf(error) ?? "");
}

/** Waits without letting anything else happen: the caller may hold a lock. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

import process from "node:process";

/** Carries the measure from the process that starts the tests to those that run them. */
export const SLACK = "AGENTLB_TEST_SLACK";

/** A limit only ends what hangs: on a machine of its own everything takes a quarter of it at most. */
const LEAST = 4;
const MOST = 40;

/**
 * How many times longer a limit is than a machine of its own would need: four times the wall-clock time of a short loop,
 * divided by the processor time that the loop took.
 */
export function measuredSlack(loopMs = 200): number {
  const [began, before] = [performance.now(), process.cpuUsage()];
  const end = performance.now() + loopMs;
  while (performance.now() < end) Math.sqrt(end);
  const { user, system } = process.cpuUsage(before);
  const usedMs = Math.max((user + system) / 1000, 1);
  return Math.min(Math.max(LEAST * (performance.now() - began) / usedMs, LEAST), MOST);
}

/** A time limit of a machine of its own, in milliseconds, as long as this one needs. */
export function patience(ms: number): number {
  return Math.round(ms * Number(process.env[SLACK] ?? LEAST));
}

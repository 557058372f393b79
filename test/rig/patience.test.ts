import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import process from "node:process";
import { expect, test } from "vitest";
import { measuredSlack, patience, SLACK } from "../../rig/patience.ts";

test("a limit is four times what a machine of its own needs, or more", () => {
  expect(measuredSlack(20)).toBeGreaterThanOrEqual(4);
  expect(patience(1000)).toBe(Math.round(1000 * Number(process.env[SLACK])));
});

test("limits follow what else the machine does", async () => {
  const others = Array.from(
    { length: 4 * availableParallelism() },
    () => spawn("/bin/sh", ["-c", "echo; while :; do :; done"], { stdio: ["ignore", "pipe", "ignore"] }),
  );
  try {
    await Promise.all(others.map(({ stdout }) => once(stdout, "data")));
    expect(measuredSlack(1000)).toBeGreaterThan(6);
  } finally {
    for (const other of others) other.kill("SIGKILL");
  }
});

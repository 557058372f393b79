import { defineConfig } from "vitest/config";
import { measuredSlack, SLACK } from "./rig/patience.ts";

const slack = process.env[SLACK] ?? String(measuredSlack());

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // A worker per core; whole-program tests start many processes of their own.
    maxWorkers: 2,
    // Limits only end what hangs, so they follow what else the machine does.
    testTimeout: 30_000 * Number(slack),
    hookTimeout: 30_000 * Number(slack),
    env: { [SLACK]: slack },
    // Whatever is started must be gone before the next file.
    teardownTimeout: 10_000,
  },
});

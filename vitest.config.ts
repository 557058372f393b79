import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // A worker per core; whole-program tests start many processes of their own.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Whatever is started must be gone before the next file.
    teardownTimeout: 10_000,
  },
});

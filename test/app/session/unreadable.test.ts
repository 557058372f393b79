import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { layoutOf } from "../../../lib/core/system/layout.ts";
import { renderPromise } from "../../../lib/core/thread/promise.ts";

const THREAD = "0199a213-81c0-7800-8aa1-bbab2a035a53";

/** A root with a status and a promise, and its readers, for which `broken` is on a part of the disk that fails. */
async function stage(broken: (path: string) => boolean) {
  const root = mkdtempSync(join(tmpdir(), "agentlb-unreadable-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const layout = layoutOf(root);
  mkdirSync(layout.promises, { recursive: true });
  writeFileSync(layout.status, '{"version":1,"sessions":{"a":{}}}');
  const file = join(layout.promises, `${THREAD}.json`);
  const promise = {
    thread: THREAD,
    alias: "a",
    home: "/a",
    cwd: "/",
    firstWords: "hello",
    by: { pid: 1, startTime: "1", bootId: "1" },
    since: 1,
    boundary: 1,
    step: "waiting" as const,
    untilMs: undefined,
    isSeenUsedUp: false,
    tries: 0,
  };
  writeFileSync(file, renderPromise(promise));
  vi.resetModules();
  vi.doMock("node:fs", async (original) => {
    const fs = await original<typeof import("node:fs")>();
    const openSync = (...given: Parameters<typeof fs.openSync>) => {
      if (broken(String(given[0]))) throw Object.assign(new Error("EIO: i/o error"), { code: "EIO" });
      return fs.openSync(...given);
    };
    return { ...fs, openSync };
  });
  onTestFinished(() => {
    vi.doUnmock("node:fs");
    vi.resetModules();
  });
  const { promisesOf } = await import("../../../lib/app/moving/promises.ts");
  const { publishedStatus, glancePublished } = await import("../../../lib/app/session/published_status.ts");
  return { layout, file, promisesOf, publishedStatus, glancePublished };
}

describe("a file that the disk does not give out", () => {
  test("is no missing one: what it holds is neither left behind nor passed over", async () => {
    const { layout, promisesOf, publishedStatus, glancePublished } = await stage((path) =>
      /status\.json$|promises\/.*json$/.test(path)
    );
    expect(() => promisesOf(layout, "a")).toThrow("EIO");
    expect(() => publishedStatus(layout)).toThrow("EIO");
    expect(glancePublished(layout)).toBeUndefined();
  });

  test("unlike one that is there and holds nothing", async () => {
    const { layout, file, promisesOf, publishedStatus } = await stage(() => false);
    expect(promisesOf(layout, "a")).toHaveLength(1);
    expect(publishedStatus(layout)?.sessions.has("a")).toBe(true);
    rmSync(file);
    expect(spawnSync("mkfifo", [file]).status).toBe(0);
    writeFileSync(layout.status, "{");
    expect(promisesOf(layout, "a")).toEqual([]);
    expect(publishedStatus(layout)).toBeUndefined();
  });
});

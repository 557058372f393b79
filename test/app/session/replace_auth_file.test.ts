import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { authFileOf, homeOf, layoutOf } from "../../../lib/core/system/layout.ts";
import { windows } from "../../../lib/io/platform/windows.ts";
import type { Host } from "../../../lib/io/host.ts";

it("on Windows a login that can't be put in place at once leaves Codex its lock in between", async () => {
  const layout = layoutOf(realpathSync(mkdtempSync(join(tmpdir(), "agentlb-install-"))));
  onTestFinished(() => rmSync(layout.root, { recursive: true, force: true }));
  const auth = authFileOf(homeOf(layout, "a"));
  for (const folder of [homeOf(layout, "a"), layout.locks, layout.state]) {
    mkdirSync(folder, { recursive: true });
  }
  writeFileSync(auth, "old");
  let refusals = 2;
  vi.resetModules();
  vi.doMock("node:fs", async (original) => {
    const fs = await original<typeof import("node:fs")>();
    const renameSync = (from: string, to: string) => {
      if (to === auth && refusals-- > 0) throw Object.assign(new Error("EBUSY"), { code: "EBUSY" });
      fs.renameSync(from, to);
    };
    return { ...fs, renameSync };
  });
  onTestFinished(() => {
    vi.doUnmock("node:fs");
    vi.resetModules();
  });
  const [{ installLogin }, { tryLock }] = await Promise.all([
    import("../../../lib/app/session/replace_auth_file.ts"),
    import("../../../lib/io/lock/lock.ts"),
  ]);
  const seen: string[] = [];
  const sleep = async () => {
    const lock = await tryLock(`${auth}.lock`);
    seen.push(`${lock === undefined ? "held" : "free"}, ${readFileSync(auth, "utf8")}`);
    lock?.release();
  };
  const host = { system: windows, clock: { now: () => 0, monotonic: () => 0, sleep } } as unknown as Host;
  await installLogin(host, layout, "a", "new");
  expect(seen).toEqual(["free, old", "free, old"]);
  expect(readFileSync(auth, "utf8")).toBe("new");
});

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { it, onTestFinished } from "vitest";
import { Watches } from "../../../lib/app/supervisor/watches.ts";
import { until } from "../../../rig/until.ts";

/** A home that is watched while it exists, as the supervisor does it. */
function watched(sessions: string) {
  const home = join(sessions, "a");
  mkdirSync(home, { recursive: true });
  let changes = 0;
  let isKnown = false;
  const look = () => {
    if (existsSync(home)) watches.home({ alias: "a", home }, () => {}, () => void changes++);
    else if (isKnown) watches.dropHome("a");
    isKnown = existsSync(home);
  };
  const watches = new Watches(look);
  watches.set("sessions", sessions, () => true);
  look();
  return { home, changes: () => changes, close: () => watches.close() };
}

it("a change is noticed in a folder that was made anew at once, or a moment after it was gone", async () => {
  const dir = mkdtempSync(join(tmpdir(), "agentlb-test-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  // The runtimes miss it in some of a hundred only.
  await Promise.all(Array.from({ length: 60 }, async (_, at) => {
    const { home, changes, close } = watched(join(dir, String(at)));
    try {
      await wait(20);
      rmSync(home, { recursive: true });
      if (at % 2 === 1) await wait(at % 20);
      mkdirSync(home);
      await wait(at * 4);
      const before = changes();
      writeFileSync(join(home, "auth.json"), "{}");
      await until(() => changes() > before, `a change in the home ${at}`);
    } finally {
      close();
    }
  }));
});

import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { Watches } from "../../../lib/app/supervisor/watches.ts";
import { threadLocksOf } from "../../../lib/core/system/layout.ts";
import { until } from "../../../rig/until.ts";

function watched() {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-watches-")));
  const state = { wakes: 0, locks: 0 };
  const watches = new Watches(() => state.wakes++);
  onTestFinished(() => {
    watches.close();
    rmSync(dir, { recursive: true, force: true });
  });
  return { dir, state, watches };
}

it("a change that matters wakes, another one does not", async () => {
  const { dir, state, watches } = watched();
  const names: string[] = [];
  watches.set("it", dir, (name) => {
    names.push(name);
    return name === "matters";
  });
  writeFileSync(join(dir, "other"), "");
  await until(() => names.includes("other"), "the first change");
  expect(state.wakes).toBe(0);
  writeFileSync(join(dir, "matters"), "");
  await until(() => state.wakes > 0, "the second change");
});

it("a folder made anew under the same name is watched instead of the old one", async () => {
  const { dir, state, watches } = watched();
  const folder = join(dir, "home");
  const names: string[] = [];
  const watch = () => watches.set("it", folder, (name) => names.push(name) > 0);
  watch();
  mkdirSync(folder);
  watch();
  rmSync(folder, { recursive: true });
  mkdirSync(`${folder}.next`);
  mkdirSync(folder);
  watch();
  const before = state.wakes;
  await until(() => state.wakes > before, "the new watch");
  writeFileSync(join(folder, "fresh"), "");
  await until(() => names.includes("fresh"), "the change");
});

it("of a home the login, the settings and the open threads matter", async () => {
  const { dir, state, watches } = watched();
  watches.home({ alias: "a", home: dir }, () => state.locks++);
  writeFileSync(join(dir, "auth.json"), "");
  await until(() => state.wakes > 0, "the login");
  expect(state.locks).toBe(0);
  mkdirSync(threadLocksOf(dir));
  await until(() => state.locks > 0, "the folder of the locks");
  const before = state.locks;
  writeFileSync(join(threadLocksOf(dir), "thread.lock"), "");
  await until(() => state.locks > before, "a lock file");
  watches.dropHome("a");
});

it("of a home's rollouts only those of open threads matter", async () => {
  const { dir, state, watches } = watched();
  const [day, other] = [join(dir, "20"), join(dir, "21")];
  for (const folder of [day, other]) mkdirSync(folder);
  const told: string[] = [];
  let folders = [day];
  const threads = {
    folders: () => folders,
    hasFile(name: string) {
      told.push(name);
      return name === "open";
    },
  };
  let isNews = true;
  const watch = () => watches.days("a", threads, () => isNews);
  watch();
  writeFileSync(join(other, "open"), "");
  writeFileSync(join(day, "old"), "");
  await until(() => told.includes("old"), "a file of another thread");
  expect(state.wakes).toBe(0);
  writeFileSync(join(day, "open"), "1");
  await until(() => state.wakes > 0, "a file of an open thread");
  isNews = false;
  told.length = 0;
  const before = state.wakes;
  writeFileSync(join(day, "open"), "2");
  await until(() => told.includes("open"), "more of it");
  expect(state.wakes).toBe(before);
  // Another day, and the first one is of no interest any more.
  folders = [other];
  isNews = true;
  watch();
  told.length = 0;
  writeFileSync(join(day, "open"), "3");
  writeFileSync(join(other, "open"), "4");
  await until(() => state.wakes > before, "a file of the other day");
  watches.dropHome("a");
  const after = state.wakes;
  writeFileSync(join(other, "open"), "5");
  writeFileSync(join(day, "open"), "6");
  watches.set("end", dir, () => true);
  writeFileSync(join(dir, "end"), "");
  await until(() => state.wakes > after, "a file that is watched");
});

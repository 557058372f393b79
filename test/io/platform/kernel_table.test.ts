import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { tableLines } from "../../../lib/io/platform/kernel_table.ts";
import { lockHolders } from "../../../lib/io/process/lock_table.ts";
import { signal } from "../../../lib/io/process/process.ts";
import { describeWith } from "../../../rig/tools.ts";
import { until } from "../../../rig/until.ts";

const PAGE = 4096;

/** A table as the kernel gives it: whole lines, a page at a time; `change` runs after each read. */
function table(entries: string[], change: () => void = () => undefined) {
  return (offset: number): string => {
    const text = entries.map((entry, index) => `${index + 1}: ${entry}\n`).join("");
    const page = text.slice(offset, offset + PAGE);
    change();
    return page.slice(0, page.lastIndexOf("\n") + 1);
  };
}

const entries = (count: number) =>
  Array.from({ length: count }, (_, index) => `FLOCK  ADVISORY  WRITE ${index} 00:2a:${index} 0 EOF`);

it.each([0, 1, 10, 70, 95, 100, 101, 500])("%i lines are all read, without their numbers", (count) => {
  expect([...tableLines(table(entries(count)))]).toEqual(entries(count));
});

it.each([1, 20, 60])(
  "no line that stays is missing when %i lines before it go away between two reads",
  (gone) => {
    const now = entries(300);
    const stay = now.slice(200);
    let left = 3;
    const lines = tableLines(table(now, () => {
      if (left-- > 0) now.splice(0, gone);
    }));
    expect(stay.filter((line) => !lines.has(line))).toEqual([]);
  },
);

it("a table that always changes ends, with all that was seen", () => {
  const now = entries(300);
  let next = 0;
  const lines = tableLines(table(now, () => {
    now.splice(0, 100, ...Array.from({ length: 100 }, () => `new ${next++}`));
    now.reverse();
  }));
  expect(lines.size).toBeGreaterThan(300);
});

describeWith(["bash", "flock"], "the locks of the system", () => {
  it.runIf(existsSync("/proc/locks"))("are all seen, however many, while others come and go", async () => {
    const dir = mkdtempSync(join(tmpdir(), "agentlb-locks-"));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    const count = 150;
    const start = (script: string) => {
      const { pid } = spawn("bash", ["-c", script], { cwd: dir, detached: true, stdio: "ignore" });
      onTestFinished(() => void signal(-pid!, "SIGKILL"));
    };
    start(`for i in {1..80}; do exec {fd}>early$i; flock $fd; fds+=($fd); done
      while [ $SECONDS -lt 60 ]; do for fd in \${fds[@]}; do flock -u $fd; done; for fd in \${fds[@]}; do flock $fd; done; done`);
    start(`for i in {1..${count}}; do exec {fd}>held$i; flock $fd; done; exec {fd}>ready; sleep 60`);
    await until(() => existsSync(join(dir, "ready")), "the locks");
    const held = Array.from(
      { length: count },
      (_, index) => String(statSync(join(dir, `held${index + 1}`)).ino),
    );
    for (let look = 0; look < 300; look++) {
      const holders = lockHolders()!;
      expect(held.filter((inode) => !holders.has(inode))).toEqual([]);
    }
  });
});

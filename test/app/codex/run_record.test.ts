import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openersOf } from "../../../lib/app/codex/open_by.ts";
import { noteRun, runsIn } from "../../../lib/app/codex/run_record.ts";
import { layoutOf } from "../../../lib/core/system/layout.ts";
import { parseRun, renderRun } from "../../../lib/core/session/run_record.ts";
import { macos } from "../../../lib/io/platform/macos.ts";
import { ensureFolder } from "../../../lib/io/files/folders.ts";
import { identityOf, ownIdentity, signal } from "../../../lib/io/process/process.ts";

const MAC = { system: macos };

function place() {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-runs-")));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const layout = layoutOf(dir);
  ensureFolder(layout.state);
  return { layout, home: join(layout.sessions, "a") };
}

/** Another process that says that it runs a Codex in a home. */
function other(home: string) {
  const child = spawn("/bin/sleep", ["1000"], { detached: true, stdio: "ignore" });
  onTestFinished(() => void signal(-child.pid!, "SIGKILL"));
  return { child, run: { ...identityOf(child.pid!)!, home } };
}

describe("a run of Codex, where no /proc shows it,", () => {
  it("is written down by the process that does it, and taken back", () => {
    const { layout, home } = place();
    const record = noteRun(layout, home);
    const [name = ""] = readdirSync(layout.runs);
    expect(name).toBe(`${process.pid}.json`);
    record.remove();
    expect(readdirSync(layout.runs)).toEqual([]);
  });

  it("is handed over to the process that runs it, which may outlive the one that wrote it down", () => {
    const { layout, home } = place();
    const { child } = other(home);
    const record = noteRun(layout, home);
    record.handOver(child.pid!);
    expect(readdirSync(layout.runs)).toEqual([`${child.pid}.json`]);
    expect(openersOf(MAC, layout, home)).toEqual([{ pid: child.pid, name: "codex" }]);
    record.remove();
    expect(readdirSync(layout.runs)).toEqual([]);
  });

  it("is no opener to itself", () => {
    const { layout, home } = place();
    noteRun(layout, home);
    expect(runsIn(layout, home)).toEqual([]);
  });

  it("is seen by others in its home, as long as that very process lives", async () => {
    const { layout, home } = place();
    const { child, run } = other(home);
    ensureFolder(layout.runs);
    const file = join(layout.runs, `${run.pid}.json`);
    writeFileSync(file, renderRun(run));
    expect(openersOf(MAC, layout, home)).toEqual([{ pid: run.pid, name: "codex" }]);
    expect(openersOf(MAC, layout, join(layout.sessions, "b"))).toEqual([]);
    writeFileSync(file, renderRun({ ...run, startTime: "another" }));
    expect(openersOf(MAC, layout, home)).toEqual([]);
    expect(existsSync(file)).toBe(false);
    writeFileSync(file, renderRun(run));
    const ended = new Promise((resolve) => child.once("exit", resolve));
    signal(-run.pid, "SIGKILL");
    await ended;
    expect(openersOf(MAC, layout, home)).toEqual([]);
    expect(existsSync(file)).toBe(false);
  });

  it("that can't be read is none", () => {
    const { layout, home } = place();
    ensureFolder(layout.runs);
    writeFileSync(join(layout.runs, "1.json"), "{half");
    expect(runsIn(layout, home)).toEqual([]);
    expect(parseRun(undefined)).toBeUndefined();
    expect(parseRun('{"schema":"agentlb.run/1","pid":1,"home":"/h"}')).toBeUndefined();
    const run = { ...ownIdentity(), home: "/h é" };
    expect(parseRun(renderRun(run))).toEqual(run);
  });
});

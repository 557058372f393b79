import { appendFileSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Follower } from "../../../lib/io/files/follow.ts";

function logged() {
  const dir = mkdtempSync(join(tmpdir(), "agentlb-log-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, "a.log");
  return { path, log: new Follower(path), write: (text: string) => appendFileSync(path, text) };
}

describe("a followed log", () => {
  it("gives what is kept, then only what is new, in whole lines", () => {
    const { path, log, write } = logged();
    writeFileSync(`${path}.1`, "1\n2\n");
    write("3\nhal");
    expect(log.read()).toEqual(["1", "2", "3"]);
    expect(log.read()).toEqual([]);
    write("f ä");
    expect(log.read()).toEqual([]);
    write("\n\n5\n");
    expect(log.read()).toEqual(["half ä", "", "5"]);
  });

  it("loses and repeats nothing when it is renamed, whenever that is looked at", () => {
    const { path, log, write } = logged();
    write("1\n");
    expect(log.read()).toEqual(["1"]);
    write("2\n");
    renameSync(path, `${path}.1`);
    expect(log.read(), "before there is a new one").toEqual(["2"]);
    expect(log.read()).toEqual([]);
    write("3\n");
    expect(log.read()).toEqual(["3"]);
    write("4\n");
    renameSync(path, `${path}.1`);
    write("5\n");
    expect(log.read(), "with a new one").toEqual(["4", "5"]);
    write("6\n");
    expect(log.read()).toEqual(["6"]);
  });

  it("begins anew with one that was cut, and waits for one that is not there yet", () => {
    const { path, log, write } = logged();
    expect(log.read()).toEqual([]);
    write("1\n2\n");
    expect(log.read()).toEqual(["1", "2"]);
    writeFileSync(path, "3\n");
    expect(log.read()).toEqual(["3"]);
    rmSync(path);
    expect(log.read()).toEqual([]);
  });

  it("follows no link", () => {
    const { path, log } = logged();
    writeFileSync(`${path}.else`, "x\n");
    symlinkSync(`${path}.else`, path);
    expect(() => log.read()).toThrow("it is a link, not a file");
  });
});

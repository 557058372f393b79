import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { findProgram } from "../../../lib/app/codex/find_program.ts";

function folder(): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-programs-")));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

function find(name: string, env: Record<string, string>, cwd: string): string | undefined {
  return findProgram(name, { env, cwd, platform: process.platform });
}

describe("a program's place", () => {
  function bin(dir: string, name: string, mode = 0o755): string {
    writeFileSync(join(dir, name), "");
    chmodSync(join(dir, name), mode);
    return join(dir, name);
  }

  it("is that of the first program of its name in the absolute folders of PATH", () => {
    const [one, two] = [folder(), folder()];
    bin(one, "codex", 0o644);
    mkdirSync(join(one, "other"));
    const found = bin(two, "codex");
    bin(two, "other");
    const PATH = `${relative(process.cwd(), two)}:.::${one}:${two}`;
    expect(find("codex", { PATH }, two)).toBe(found);
    expect(find("other", { PATH }, two)).toBe(join(two, "other"));
    expect(find("codex", { PATH: "." }, two)).toBeUndefined();
    expect(find("codex", {}, two)).toBeUndefined();
  });

  it("is taken as it is when it is a path", () => {
    const dir = folder();
    const path = bin(dir, "codex");
    expect(find(path, {}, "/")).toBe(path);
    expect(find("./codex", {}, dir)).toBe(path);
    expect(find("./none", {}, dir)).toBeUndefined();
    expect(find(dir, {}, "/")).toBeUndefined();
  });
});

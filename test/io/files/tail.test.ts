import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Tail } from "../../../lib/io/files/tail.ts";

const KB = 1024;

function file() {
  const dir = mkdtempSync(join(tmpdir(), "agentlb-tail-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return join(dir, "file.jsonl");
}

function tailOf(path: string, isEnough = (line: string) => line.startsWith("enough")) {
  return new Tail(path, { wants: (line) => !line.startsWith("noise"), isEnough });
}

const lines = (tail: Tail) => tail.read()?.lines;

describe("a file that grows", () => {
  it("is read once, and then only what was appended", () => {
    const path = file();
    const tail = tailOf(path);
    expect(tail.read()).toBeUndefined();
    writeFileSync(path, "a\nb\n");
    expect(tail.read()).toEqual({ lines: ["a", "b"], isAnew: true, isCut: false });
    expect(tail.read()).toBeUndefined();
    appendFileSync(path, "c\nnoise\nd\n");
    expect(tail.read()).toEqual({ lines: ["c", "d"], isAnew: false, isCut: false });
    expect(tail.read()).toBeUndefined();
  });

  it("gives a line when it is whole, wherever it was cut", () => {
    const path = file();
    const text = '{"a":"é\u2028"}\nsecond\r\n';
    const tail = tailOf(path);
    const bytes = new TextEncoder().encode(text);
    const found: string[] = [];
    for (let at = 0; at < bytes.length; at++) {
      appendFileSync(path, bytes.subarray(at, at + 1));
      found.push(...lines(tail) ?? []);
    }
    expect(found).toEqual(['{"a":"é\u2028"}', "second\r"]);
  });

  it("loses nothing to a line that is too long but that line", () => {
    const path = file();
    writeFileSync(path, `before\n${"x".repeat(1100 * KB)}`);
    const tail = tailOf(path);
    expect(lines(tail)).toEqual(["before"]);
    appendFileSync(path, `${"x".repeat(900 * KB)}\nafter\n`);
    expect(lines(tail)).toEqual(["after"]);
  });
});

describe("a file that changes otherwise", () => {
  it("is read from its beginning when another one takes its place", () => {
    const path = file();
    writeFileSync(path, "a\nb\n");
    const tail = tailOf(path);
    tail.read();
    writeFileSync(`${path}.new`, "c\nd\ne\n");
    renameSync(`${path}.new`, path);
    expect(tail.read()).toEqual({ lines: ["c", "d", "e"], isAnew: true, isCut: false });
  });

  it("is read from its beginning when it was cut, even if it has grown since", () => {
    const path = file();
    writeFileSync(path, "a\nb\nhalf");
    const tail = tailOf(path);
    tail.read();
    truncateSync(path, 2);
    expect(tail.read()).toEqual({ lines: ["a"], isAnew: true, isCut: false });
    truncateSync(path, 0);
    appendFileSync(path, "c\nand much more than was there before\n");
    expect(tail.read()).toMatchObject({ lines: ["c", "and much more than was there before"], isAnew: true });
  });

  it("is left alone when only its time changes", () => {
    const path = file();
    writeFileSync(path, "a\n");
    const tail = tailOf(path);
    tail.read();
    utimesSync(path, 1, 1);
    expect(lines(tail) ?? []).toEqual([]);
  });

  it("may go, and come back", () => {
    const path = file();
    writeFileSync(path, "a\n");
    const tail = tailOf(path);
    tail.read();
    rmSync(path);
    expect(tail.read()).toBeUndefined();
    mkdirSync(path);
    expect(tail.read()).toBeUndefined();
    rmSync(path, { recursive: true });
    writeFileSync(`${path}.x`, ""); // takes the number of the one that is gone
    writeFileSync(path, "b\n");
    expect(tail.read()).toMatchObject({ lines: ["b"], isAnew: true });
  });
});

describe("a long file", () => {
  const filler = (bytes: number) => `noise${"-".repeat(994)}\n`.repeat(Math.ceil(bytes / 1000));

  it("is read at first sight from its end to the last line that is enough, and its first line", () => {
    const path = file();
    const end = `enough 2\n${filler(300 * KB)}last\n`;
    writeFileSync(path, `first\nenough 0\n${filler(3000 * KB)}enough 1\n${end}`);
    const tail = tailOf(path);
    const { lines = [], ...rest } = tail.read() ?? {};
    expect(rest).toEqual({ isAnew: true, isCut: false });
    expect([lines[0], lines.slice(-2)]).toEqual(["first", ["enough 2", "last"]]);
    expect(lines).not.toContain("enough 0");
    appendFileSync(path, "more\n");
    expect(tail.read()).toEqual({ lines: ["more"], isAnew: false, isCut: false });
  });

  it("of which the last 8 MB are not enough is cut there, and says so", () => {
    const path = file();
    writeFileSync(path, `first\nenough\n${filler(9000 * KB)}last\n`);
    expect(statSync(path).size).toBeGreaterThan(8192 * KB);
    expect(tailOf(path).read()).toEqual({ lines: ["first", "last"], isAnew: true, isCut: true });
  });

  it("whose end is one huge line is read before that, too", () => {
    const path = file();
    writeFileSync(path, `first\n${filler(100 * KB)}enough\n${"x".repeat(2000 * KB)}\n`);
    expect(lines(tailOf(path))).toEqual(["first", "enough"]);
  });

  it("loses no line to where it is cut", () => {
    const path = file();
    for (let length = 64 * KB - 40; length < 64 * KB + 10; length++) {
      const text = `first\nenough\n${"y".repeat(length)}\n`;
      writeFileSync(path, text);
      const found = lines(tailOf(path));
      expect(found?.slice(0, 2)).toEqual(["first", "enough"]);
    }
  });
});

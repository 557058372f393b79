import { describe, expect, it } from "vitest";
import { LineSplitter } from "../../../lib/io/files/lines.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("a stream of bytes", () => {
  it("is cut into the same lines wherever it was cut on its way", () => {
    const text = '{"a":"é\u2028\u2029"}\n\n\u{1f600}\r\nlast\nhalf';
    for (let size = 1; size <= text.length; size++) {
      const splitter = new LineSplitter();
      const all = bytes(text);
      const lines = [];
      for (let at = 0; at < all.length; at += size) lines.push(...splitter.push(all.subarray(at, at + size)));
      expect(lines).toEqual(['{"a":"é\u2028\u2029"}', "", "\u{1f600}\r", "last"]);
    }
  });

  it("holds a half line back until it is whole", () => {
    const splitter = new LineSplitter();
    expect(splitter.push(bytes("ab"))).toEqual([]);
    expect(splitter.push(bytes("c\nd"))).toEqual(["abc"]);
    expect(splitter.push(bytes("\n"))).toEqual(["d"]);
  });

  it("may use its buffer again after it was pushed", () => {
    const splitter = new LineSplitter();
    const chunk = Uint8Array.from(bytes("ab"));
    splitter.push(chunk);
    chunk.fill(120);
    expect(splitter.push(bytes("\n"))).toEqual(["ab"]);
  });
});

describe("a line that is too long", () => {
  it("is dropped and counted, and the next one is read", () => {
    const splitter = new LineSplitter(10);
    expect(splitter.push(bytes(`${"x".repeat(11)}\nshort\n`))).toEqual(["short"]);
    expect(splitter.push(bytes("0123456789\n"))).toEqual(["0123456789"]);
    for (let i = 0; i < 1000; i++) splitter.push(bytes("y".repeat(100)));
    expect(splitter.push(bytes("\nafter\n"))).toEqual(["after"]);
    expect(splitter.dropped).toBe(2);
  });

  it("is one of over 1 MiB", () => {
    const splitter = new LineSplitter();
    expect(splitter.push(bytes(`${"x".repeat(1024 * 1024)}\n`))).toHaveLength(1);
    expect(splitter.push(bytes(`${"x".repeat(1024 * 1024 + 1)}\n`))).toHaveLength(0);
    expect(splitter.dropped).toBe(1);
  });

  it("is counted once its end has come", () => {
    const splitter = new LineSplitter(3);
    splitter.push(bytes("too long"));
    expect(splitter.dropped).toBe(0);
    splitter.push(bytes("\n"));
    expect(splitter.dropped).toBe(1);
  });
});

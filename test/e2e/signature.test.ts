/**
 * The signer of programs for macOS, on small programs made here; `npm run release:check` has it do the real ones, and
 * compares it with Bun's own.
 */
import { describe, expect, test } from "vitest";
import { signed } from "../../scripts/release/macho.ts";
import { signatureFaults } from "../../rig/signature.ts";

const X64 = 0x01000007;
const ARM64 = 0x0100000c;

/** A Mach-O file with the load commands of a program: so many bytes of code, and what once was a signature. */
function program({ cpu = X64, codeBytes = 20_000, oldSignature = 500 } = {}): Buffer {
  const file = Buffer.alloc(codeBytes + oldSignature, "agentlb ");
  const command = (numbers: readonly number[]) => {
    const bytes = Buffer.alloc(4 * numbers.length);
    for (const [at, value] of numbers.entries()) bytes.writeUInt32LE(value, 4 * at);
    return bytes;
  };
  const segment = (name: string, from: number, size: number) => {
    const bytes = command([0x19, 72, 0, 0, 0, 0, from, 0, size, 0, from, 0, size, 0, 1, 1, 0, 0]);
    bytes.write(name.padEnd(16, "\0"), 8, "latin1");
    return bytes;
  };
  const linkedit = 16_384;
  const commands = [
    segment("__TEXT", 0, linkedit),
    segment("__LINKEDIT", linkedit, file.length - linkedit),
    command([0x1d, 16, codeBytes, oldSignature]),
  ];
  const bytes = commands.reduce((sum, { length }) => sum + length, 0);
  Buffer.concat([command([0xfeedfacf, cpu, 3, 2, commands.length, bytes, 0, 0]), ...commands]).copy(file);
  return file;
}

describe.each([["x64", X64], ["arm64", ARM64]])("signing for %s", (_, cpu) => {
  test.each([16_400, 20_000, 20_480, 400_000])("makes a program of %d bytes whole", (codeBytes) => {
    const before = program({ cpu, codeBytes });
    expect(signatureFaults(before)).not.toEqual([]);
    const after = signed(before);
    expect(signatureFaults(after)).toEqual([]);
    // What the last segment takes of memory is its bytes in the file, in whole pages.
    const [memory, bytes] = [32, 48].map((field) => Number(after.readBigUInt64LE(32 + 72 + field)));
    expect(memory).toBe(Math.ceil(bytes! / 4096) * 4096);
    // Signed again it is the same, whatever its signature was.
    expect(signed(after).equals(after)).toBe(true);
    expect(signed(program({ cpu, codeBytes, oldSignature: 12_345 })).equals(after)).toBe(true);
  });
});

test("one flipped bit is found, and on which page", () => {
  const whole = signed(program());
  for (const at of [1000, 4096, 5000, 19_999]) {
    const flipped = Buffer.from(whole);
    flipped[at]! ^= 1;
    expect(signatureFaults(flipped)).toEqual([`page ${Math.floor(at / 4096)} is another`]);
  }
});

test("a signature that does not reach to the end of the code is found", () => {
  const moved = signed(program({ codeBytes: 24_576 }));
  const short = Buffer.concat([moved.subarray(0, 24_576), signed(program()).subarray(20_000)]);
  expect(signatureFaults(short)).toContain("it covers 20000 of 24576 bytes");
});

test("what is no program, or does not end in its signature, is refused", () => {
  expect(() => signed(Buffer.from("#!/bin/sh\n".repeat(10)))).toThrow("no 64-bit Mach-O");
  expect(() => signed(Buffer.concat([program(), Buffer.alloc(1)]))).toThrow("does not end in its signature");
});

/** Checks the signatures of the programs for macOS with an independent reader, and the signer here against Bun's. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signatureFaults } from "../../../rig/signature.ts";
import { compileUnsigned } from "../compile.ts";
import { signed } from "../macho.ts";
import { targetOf } from "../targets.ts";
import { type Finding, finding } from "./report.ts";

export async function checkSignatures(tree: string): Promise<Finding[]> {
  const [arm64, x64] = ["darwin-arm64", "darwin-x64"].map((name) =>
    readFileSync(join(tree, "dist", name, "agentlb"))
  ) as [Buffer, Buffer];
  return [
    await finding("signature: darwin-arm64", () => {
      assertWhole(arm64);
      assertCatches(arm64);
      return "Bun's own; whole, and a flipped bit in each of 5 places is found";
    }),
    await finding("signature: our signer", () => {
      if (!signed(withoutSignature(arm64)).equals(arm64)) throw new Error("it signs otherwise than Bun");
      return "makes Bun's darwin-arm64 byte for byte out of the program without its signature";
    }),
    await finding("signature: darwin-x64", async () => {
      const before = signatureFaults(await asBunMakesIt(tree));
      if (before.length === 0) throw new Error("Bun signs it well now, so we need no signer");
      assertWhole(x64);
      assertCatches(x64);
      return `signed by us; Bun leaves ${before.length} faults: ${before[0]}, …`;
    }),
  ];
}

function assertWhole(program: Buffer): void {
  const faults = signatureFaults(program);
  if (faults.length > 0) throw new Error(`${faults.length} faults: ${faults.slice(0, 3).join("; ")}`);
}

/** Checks that the reader detects a changed bit at any place. */
function assertCatches(program: Buffer): void {
  const flipped = Buffer.from(program);
  const codeBytes = flipped.readUInt32LE(commandAt(flipped, 0x1d) + 8);
  for (const part of [0.001, 0.25, 0.5, 0.75, 0.999]) {
    const at = Math.floor(codeBytes * part);
    flipped[at]! ^= 1;
    if (signatureFaults(flipped).length === 0) throw new Error(`a flipped bit at ${at} was not found`);
    flipped[at]! ^= 1;
  }
}

/** The program with noise of another length where its signature was, as if another signer had been there. */
function withoutSignature(program: Buffer): Buffer {
  const [command, linkedit] = [commandAt(program, 0x1d), commandAt(program, 0x19, "__LINKEDIT")];
  const codeBytes = program.readUInt32LE(command + 8);
  const bare = Buffer.concat([program.subarray(0, codeBytes), Buffer.alloc(4321, "noise")]);
  bare.writeUInt32LE(4321, command + 12);
  bare.writeBigUInt64LE(0n, linkedit + 32);
  bare.writeBigUInt64LE(BigInt(bare.length) - bare.readBigUInt64LE(linkedit + 40), linkedit + 48);
  return bare;
}

function commandAt(program: Buffer, wanted: number, segment = ""): number {
  for (let left = program.readUInt32LE(16), at = 32; left > 0; left--) {
    const isSegment = program.toString("latin1", at + 8, at + 8 + segment.length) === segment;
    if (program.readUInt32LE(at) === wanted && isSegment) return at;
    at += program.readUInt32LE(at + 4);
  }
  throw new Error(`the program has no load command ${wanted} ${segment}`);
}

async function asBunMakesIt(tree: string): Promise<Buffer> {
  const temp = mkdtempSync(join(tmpdir(), "agentlb-unsigned-"));
  try {
    const path = join(temp, "agentlb");
    await compileUnsigned(tree, targetOf("darwin-x64"), path);
    return readFileSync(path);
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}

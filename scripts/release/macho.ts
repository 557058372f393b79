/**
 * Signs programs for macOS ad hoc, as the system requires without a certificate: a digest of each page of the file, in
 * the format of Apple's linker (xnu, `osfmk/kern/cs_blobs.h`; Mach-O, `mach-o/loader.h`). `bun build --compile` does so
 * for arm64, but leaves the signature of the original Bun in x64 programs.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const MAGIC_64 = 0xfeedfacf;
const HEADER_BYTES = 32;
const LC_SEGMENT_64 = 0x19;
const LC_CODE_SIGNATURE = 0x1d;

const SUPER_BLOB = 0xfade0cc0;
const CODE_DIRECTORY = 0xfade0c02;
/** One entry in the index of the super blob. */
const SUPER_BLOB_BYTES = 20;
/** A code directory of version 0x20400, whose last field is the flags of the executable segment. */
const VERSION = 0x20400;
const DIRECTORY_BYTES = 88;
const AD_HOC = 0x2;
const LINKER_SIGNED = 0x20000;
const SHA256 = 2;
const DIGEST_BYTES = 32;
const PAGE_BITS = 12;
const PAGE = 1 << PAGE_BITS;
const MAIN_BINARY = 1;
/** The linkers' default identifier of a program. */
const IDENTIFIER = "a.out\0";

/** The file offsets of the load commands that a signature changes. */
interface Commands {
  readonly text: number;
  readonly linkedit: number;
  readonly signature: number;
}

/** Signs a program in place. */
export function signFile(path: string): void {
  writeFileSync(path, signed(readFileSync(path)));
}

/**
 * The program with an ad-hoc signature instead of the one at its end. Throws when it is no 64-bit Mach-O program, or
 * something else than a signature is at its end.
 */
export function signed(program: Buffer): Buffer {
  const commands = commandsOf(program);
  const codeBytes = program.readUInt32LE(commands.signature + 8);
  const pages = Math.ceil(codeBytes / PAGE);
  const signatureBytes = SUPER_BLOB_BYTES + DIRECTORY_BYTES + IDENTIFIER.length + pages * DIGEST_BYTES;

  const out = Buffer.alloc(codeBytes + signatureBytes);
  program.copy(out, 0, 0, codeBytes);
  // The load commands are on the first page, so they must be right before it is digested.
  out.writeUInt32LE(signatureBytes, commands.signature + 12);
  const segmentBytes = BigInt(out.length) - out.readBigUInt64LE(commands.linkedit + 40);
  const segmentPages = (segmentBytes + BigInt(PAGE - 1)) / BigInt(PAGE);
  out.writeBigUInt64LE(segmentPages * BigInt(PAGE), commands.linkedit + 32);
  out.writeBigUInt64LE(segmentBytes, commands.linkedit + 48);

  writeSignature(out, codeBytes, commands.text);
  return out;
}

/** Writes the super blob and its only blob, the code directory, behind the code. All their numbers are big-endian. */
function writeSignature(out: Buffer, codeBytes: number, text: number): void {
  const pages = Math.ceil(codeBytes / PAGE);
  const blob = out.subarray(codeBytes);
  const directory = blob.subarray(SUPER_BLOB_BYTES);
  const firstDigest = DIRECTORY_BYTES + IDENTIFIER.length;
  // Magic, length, number of blobs; type and place of the first.
  for (const [at, value] of [SUPER_BLOB, blob.length, 1, 0, SUPER_BLOB_BYTES].entries()) {
    blob.writeUInt32BE(value, 4 * at);
  }
  const head = [
    CODE_DIRECTORY,
    directory.length,
    VERSION,
    AD_HOC | LINKER_SIGNED,
    firstDigest,
    DIRECTORY_BYTES, // where the identifier is
    0, // no digests of other things than code
    pages,
    codeBytes,
  ];
  for (const [at, value] of head.entries()) directory.writeUInt32BE(value, 4 * at);
  directory.set([DIGEST_BYTES, SHA256, 0, PAGE_BITS], 36);
  // From 40 on zeros: no scatter list, no team, no limit above 4 GiB. Then the executable segment.
  directory.writeBigUInt64BE(out.readBigUInt64LE(text + 40), 64);
  directory.writeBigUInt64BE(out.readBigUInt64LE(text + 48), 72);
  directory.writeBigUInt64BE(BigInt(MAIN_BINARY), 80);
  directory.write(IDENTIFIER, DIRECTORY_BYTES, "latin1");
  for (let page = 0; page < pages; page++) {
    const bytes = out.subarray(page * PAGE, Math.min((page + 1) * PAGE, codeBytes));
    createHash("sha256").update(bytes).digest().copy(directory, firstDigest + page * DIGEST_BYTES);
  }
}

function commandsOf(program: Buffer): Commands {
  if (program.length < HEADER_BYTES || program.readUInt32LE(0) !== MAGIC_64) {
    throw new Error("this is no 64-bit Mach-O program");
  }
  let text = 0;
  let linkedit = 0;
  let signature = 0;
  let at = HEADER_BYTES;
  for (let left = program.readUInt32LE(16); left > 0; left--) {
    const command = program.readUInt32LE(at);
    const segment = program.toString("latin1", at + 8, at + 24).replace(/\0+$/, "");
    if (command === LC_CODE_SIGNATURE) signature = at;
    if (command === LC_SEGMENT_64 && segment === "__TEXT") text = at;
    if (command === LC_SEGMENT_64 && segment === "__LINKEDIT") linkedit = at;
    at += program.readUInt32LE(at + 4);
  }
  if (text === 0 || linkedit === 0 || signature === 0) {
    throw new Error("this program has no signature to replace");
  }
  const end = program.readUInt32LE(signature + 8) + program.readUInt32LE(signature + 12);
  const segmentEnd = program.readBigUInt64LE(linkedit + 40) + program.readBigUInt64LE(linkedit + 48);
  if (end !== program.length || Number(segmentEnd) !== end) {
    throw new Error("this program does not end in its signature");
  }
  return { text, linkedit, signature };
}

/**
 * Checks the signature of a Mach-O program as macOS does when it loads one, by the positions and sizes in the file
 * itself (xnu, `osfmk/kern/cs_blobs.h`).
 */
import { createHash } from "node:crypto";

const SIGNATURE_COMMAND = 0x1d;
const SEGMENT_COMMAND = 0x19;
const CODE_DIRECTORY = 0xfade0c02;
const SHA256 = 2;

/** The faults in the signature of a program, one line each; empty when it is valid. */
export function signatureFaults(program: Uint8Array): string[] {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const faults: string[] = [];
  const { code, size, segmentEnd } = placesIn(view);
  if (code + size !== program.length) {
    faults.push(`the signature ends at ${code + size} of ${program.length}`);
  }
  if (segmentEnd !== program.length) faults.push(`__LINKEDIT ends at ${segmentEnd} of ${program.length}`);
  if (view.getUint32(code) !== 0xfade0cc0) return [...faults, "there is no signature"];

  let directories = 0;
  for (let blob = 0; blob < view.getUint32(code + 8); blob++) {
    const at = code + view.getUint32(code + 12 + 8 * blob + 4);
    if (view.getUint32(at) !== CODE_DIRECTORY) continue;
    directories++;
    faults.push(...directoryFaults(program, view, at, code));
  }
  return directories === 0 ? [...faults, "nothing says what the pages are to be"] : faults;
}

function directoryFaults(program: Uint8Array, view: DataView, at: number, code: number): string[] {
  const faults: string[] = [];
  const digests = at + view.getUint32(at + 16);
  const pages = view.getUint32(at + 28);
  const covered = view.getUint32(at + 32);
  const digestBytes = view.getUint8(at + 36);
  const page = 2 ** view.getUint8(at + 39);
  if (view.getUint8(at + 37) !== SHA256) return ["its digests are no SHA-256"];
  if (covered !== code) faults.push(`it covers ${covered} of ${code} bytes`);
  if (pages !== Math.ceil(covered / page)) faults.push(`it has ${pages} digests for ${covered} bytes`);
  for (let index = 0; index < pages; index++) {
    const bytes = program.subarray(index * page, Math.min((index + 1) * page, covered));
    const found = createHash("sha256").update(bytes).digest();
    const told = program.subarray(digests + index * digestBytes, digests + (index + 1) * digestBytes);
    if (!found.subarray(0, digestBytes).equals(told)) faults.push(`page ${index} is another`);
  }
  return faults;
}

/** The end of the code and start of the signature, its length, and the end of the last segment. */
function placesIn(view: DataView): { code: number; size: number; segmentEnd: number } {
  let [code, size, segmentEnd] = [0, 0, 0];
  for (let left = view.getUint32(16, true), at = 32; left > 0; left--) {
    const command = view.getUint32(at, true);
    if (command === SIGNATURE_COMMAND) {
      code = view.getUint32(at + 8, true);
      size = view.getUint32(at + 12, true);
    }
    if (command === SEGMENT_COMMAND) {
      const end = Number(view.getBigUint64(at + 40, true) + view.getBigUint64(at + 48, true));
      segmentEnd = Math.max(segmentEnd, end);
    }
    at += view.getUint32(at + 4, true);
  }
  return { code, size, segmentEnd };
}

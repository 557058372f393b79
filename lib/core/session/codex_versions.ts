import { objectOf } from "../text/json.ts";
import { codexVersionIn } from "../codex/versions.ts";

/** Known versions of programs, by path and identity of the file. */
export type KnownVersions = ReadonlyMap<string, { readonly fingerprint: string; readonly version: string }>;

const MOST_ENTRIES = 16;

/** Reads the file of known versions; entries that make no sense are dropped. */
export function parseVersions(text: string | undefined): KnownVersions {
  let programs: unknown;
  try {
    programs = objectOf(JSON.parse(text ?? "null"))?.get("programs");
  } catch {
    return new Map(); // torn, or none of ours
  }
  return new Map([...objectOf(programs) ?? []].flatMap(([path, value]) => {
    const [fingerprint, told] = [objectOf(value)?.get("fingerprint"), objectOf(value)?.get("version")];
    const version = typeof told === "string" ? codexVersionIn(told) : undefined;
    return typeof fingerprint === "string" && version !== undefined ? [[path, { fingerprint, version }]] : [];
  }));
}

/** The text of that file, newest entries last; the oldest are dropped. */
export function renderVersions(known: KnownVersions): string {
  const programs = Object.fromEntries([...known].slice(-MOST_ENTRIES));
  return `${JSON.stringify({ schema: "agentlb.codex-versions/1", programs }, undefined, 2)}\n`;
}

import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { localTime } from "../../../../lib/core/pool/python/whole.ts";
import { offsetAt } from "../../../../lib/core/pool/python/zone.ts";
import { zoneFile } from "../../../../lib/io/platform/macos.ts";
import { describeWith } from "../../../../rig/tools.ts";
import { askPython } from "./with_python.ts";

const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "Asia/Shanghai",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "America/St_Johns",
  "Etc/GMT+5",
  "Africa/Casablanca",
].filter((zone) => existsSync(`/usr/share/zoneinfo/${zone}`));
const MOMENTS = fc.sample(fc.integer({ min: 1_500_000_000, max: 2_100_000_000 }), { numRuns: 200, seed: 3 });

describeWith(["python3"], "the local time by a compiled zone is Python's", () => {
  test.each(ZONES)("%s", (zone) => {
    const file = zoneFile(zone)!;
    const script = `from datetime import datetime
answers = [datetime.fromtimestamp(c).isoformat(timespec="seconds") for c in cases]`;
    const python = askPython<string[]>(script, MOMENTS, { TZ: zone });
    MOMENTS.forEach((moment, at) => {
      const offset = offsetAt(file, moment);
      // Where the table ends, the runtime is asked.
      if (offset !== undefined) {
        expect(localTime(moment * 1000, offset), `${zone} ${moment}`).toBe(python[at]);
      }
    });
    expect(offsetAt(file, 1_750_000_000)).toBeDefined();
  });
});

describe("a zone that can't be told", () => {
  test("is left to the runtime", () => {
    for (const name of ["", "../x", "/etc/passwd", "EST5EDT,M3.2.0,M11.1.0", "No/Such"]) {
      expect(zoneFile(name), name).toBeUndefined();
    }
    expect(offsetAt(new Uint8Array(10), 0)).toBeUndefined();
    expect(offsetAt(new TextEncoder().encode("TZif".padEnd(200, "\0")), 0)).toBeUndefined();
  });

  test.runIf(ZONES.includes("America/New_York"))("is a summer time beyond the table", () => {
    const file = readFileSync("/usr/share/zoneinfo/America/New_York");
    expect(offsetAt(file, 10_000_000_000)).toBeUndefined();
    expect(offsetAt(readFileSync("/usr/share/zoneinfo/Asia/Kolkata"), 10_000_000_000)).toBe(19_800);
  });
});

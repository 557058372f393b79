import { describe, expect, test } from "vitest";
import { parsePackages } from "../../scripts/debian.ts";
import { differences, summaryLine, tallyOf } from "../../scripts/tally.ts";

type Case = readonly [name: string, status: string];

function report(files: Record<string, { status?: string; cases: readonly Case[] }>): string {
  return JSON.stringify({
    testResults: Object.entries(files).map(([name, { status, cases }]) => ({
      name: `/tree/${name}`,
      status: status ?? "passed",
      assertionResults: cases.map(([fullName, status]) => ({ fullName, status })),
    })),
  });
}

function tally(files: Parameters<typeof report>[0], code: number | null = 0, name = "node") {
  return tallyOf(name, report(files), code, "/tree");
}

describe("a tally", () => {
  test("counts cases and says why some were skipped", () => {
    const counted = tally({
      "a.test.ts": { cases: [["x", "passed"], ["in zsh [needs zsh] y", "skipped"]] },
      "b.test.ts": { cases: [["z", "failed"]], status: "failed" },
    }, 1);
    expect(counted).toEqual({
      name: "node",
      passed: 1,
      failed: 1,
      skipped: 1,
      skips: ["a.test.ts (1): needs zsh"],
      failures: ["b.test.ts: z"],
    });
  });

  test("counts a file that can't be loaded as a failure", () => {
    expect(tally({ "a.test.ts": { cases: [], status: "failed" } }, 1).failed).toBe(1);
  });

  test("counts a run that failed outside any case as a failure, with or without a report", () => {
    expect(tally({ "a.test.ts": { cases: [["x", "passed"]] } }, 1).failed).toBe(1);
    expect(tallyOf("deno", undefined, null, "/tree").failed).toBe(1);
  });
});

describe("the runtimes", () => {
  const two = tally({ "a.test.ts": { cases: [["x", "passed"], ["y", "skipped"]] } });
  const one = tally({ "a.test.ts": { cases: [["x", "passed"]] } }, 0, "bun");
  const none = tally({}, 0, "deno");

  test("must run the same cases", () => {
    expect(differences([two, two])).toEqual([]);
    expect(differences([two, one])).toEqual(["not the same cases: node 2, bun 1"]);
  });

  test("must run any", () => {
    expect(differences([none, none])).toEqual(["no case ran on deno", "no case ran on deno"]);
  });
});

test("the last line adds everything up, and names skips only when there are some", () => {
  const counted = { name: "x", passed: 3, failed: 1, skipped: 0, skips: [], failures: [] };
  expect(summaryLine([counted, counted])).toBe("6 passed, 2 failed");
  expect(summaryLine([counted, { ...counted, skipped: 2 }], 1)).toBe("6 passed, 3 failed, 2 skipped");
});

test("the list of Debian packages is read", () => {
  expect(parsePackages("# words\n\nzsh    zsh   quoting\niproute2 ip x\n")).toEqual([
    { name: "zsh", program: "zsh" },
    { name: "iproute2", program: "ip" },
  ]);
});

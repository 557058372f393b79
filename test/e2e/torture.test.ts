import { describe, expect, test } from "vitest";
import { patience } from "../../rig/patience.ts";
import { ROWS } from "../../scripts/torture/all.ts";
import { type DoneRow, faultsOf, type Row, runRow, tableOf } from "../../scripts/torture/row.ts";

/** Parts whose short form is a test file of its own. */
const ELSEWHERE = ["expiries", "pool"]; // real_expiry, pool_stress

describe("the short form of the long tests", () => {
  test.each(ROWS.filter(({ name }) => !ELSEWHERE.includes(name)))("$name: $promise", async (row) => {
    const done = await runRow(row, "short");
    console.log(tableOf([done]));
    expect(faultsOf(done)).toEqual([]);
  }, patience(120_000));
});

describe("a part", () => {
  const row: Row = {
    name: "part",
    promise: "holds",
    unit: "tries",
    run: () => Promise.reject(new Error("why")),
  };
  const done: DoneRow = { row, tries: 1, planted: "found", failures: [], seconds: 2 };

  test("fails by what it saw, without its planted fault, without tries, and by an error of its own", async () => {
    expect(faultsOf(done)).toEqual([]);
    expect(faultsOf({ ...done, failures: ["lost"] })).toEqual(["part: lost"]);
    expect(faultsOf({ ...done, planted: undefined })).toEqual([
      "part: a planted fault was not found, so this proves nothing",
    ]);
    expect(faultsOf({ ...done, tries: 0 })).toEqual(["part: there were no tries"]);
    expect(faultsOf(await runRow(row, "short"))[0]).toMatch(/^part: Error: why/);
  });
});

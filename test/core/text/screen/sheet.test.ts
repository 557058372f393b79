import { describe, expect, it } from "vitest";
import { barOf, toneOf } from "../../../../lib/core/text/screen/bar.ts";
import { drawFrame, drawSheet, type Sheet } from "../../../../lib/core/text/screen/sheet.ts";
import { displayWidth } from "../../../../lib/io/width.ts";

const face = { columns: 20, lines: 8, hasColor: false, hasUnicode: true };
const sheet = (rows: number, notes: readonly string[] = [], again: readonly number[] = [0]): Sheet => ({
  columns: [{ forms: [{ title: "NAME", cells: Array.from({ length: rows }, (_, row) => `row ${row}`) }] }],
  again,
  notes,
  closing: ["selected: row 0"],
  of: "rows",
});

describe("a sheet", () => {
  it("is header, rows, notes and what is said last", () => {
    expect(drawSheet(sheet(2, ["a note"]), face, displayWidth)).toEqual([
      "NAME",
      "row 0",
      "row 1",
      "a note",
      "selected: row 0",
    ]);
  });

  it("that is longer than the screen is printed as a whole, and the picked row again at its end", () => {
    expect(drawSheet(sheet(9), face, displayWidth).slice(-5)).toEqual([
      "row 8",
      "─".repeat(20),
      "NAME",
      "row 0",
      "selected: row 0",
    ]);
    expect(drawSheet(sheet(9), face, displayWidth)).toHaveLength(14);
    expect(drawSheet(sheet(9), { ...face, hasUnicode: false }, displayWidth)).toContain("-".repeat(20));
    expect(drawSheet({ ...sheet(9), again: [] }, face, displayWidth)).toHaveLength(11);
  });
});

describe("a frame", () => {
  it("is never higher than the screen, and always says what matters most", () => {
    for (let rows = 0; rows < 12; rows++) {
      for (const notes of [[], ["one"], ["one", "two", "three"]]) {
        const lines = drawFrame(sheet(rows, notes), "title", face, displayWidth);
        expect(lines.length).toBeLessThanOrEqual(face.lines);
        expect([lines[0], lines.at(-1)]).toEqual(["title", "selected: row 0"]);
      }
    }
  });

  it("gives up notes first, then rows, and says how many", () => {
    const notes = ["one", "two", "three"];
    expect(drawFrame(sheet(4, notes), "title", face, displayWidth)).toEqual([
      "title",
      "NAME",
      "row 0",
      "row 1",
      "row 2",
      "row 3",
      "one",
      "selected: row 0",
    ]);
    expect(drawFrame(sheet(5, notes), "title", face, displayWidth).slice(-2)).toEqual([
      "row 4",
      "selected: row 0",
    ]);
    expect(drawFrame(sheet(6, notes), "title", face, displayWidth).slice(-2)).toEqual([
      "… 2 more rows",
      "selected: row 0",
    ]);
  });
});

describe("a bar", () => {
  it("is empty only at nothing left, and full only at all", () => {
    const shown = [0, 1, 30, 50, 99, 100].map((percent) => barOf(percent, 4, { hasUnicode: true }));
    expect(shown).toEqual(["░░░░", "█░░░", "█░░░", "██░░", "███░", "████"]);
    expect(barOf(50, 4, { hasUnicode: false })).toBe("##..");
  });

  it("has the tone of what is left", () => {
    expect([100, 50, 49, 20, 19, 0].map(toneOf)).toEqual(["plenty", "plenty", "low", "low", "out", "out"]);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderTable } from "../../../lib/core/text/table.ts";
import { displayWidth } from "../../../lib/io/width.ts";

describe("a table", () => {
  it("has rounded corners, a double line under its header and dashes between its rows", () => {
    const rows = [["*", "a", "85%"], ["", "work", "-"]];
    expect(renderTable(["SEL", "ALIAS", "USAGE"], rows, displayWidth)).toBe(
      `╭─────┬───────┬───────╮
│ SEL ┆ ALIAS ┆ USAGE │
╞═════╪═══════╪═══════╡
│ *   ┆ a     ┆ 85%   │
├╌╌╌╌╌┼╌╌╌╌╌╌╌┼╌╌╌╌╌╌╌┤
│     ┆ work  ┆ -     │
╰─────┴───────┴───────╯
`,
    );
  });

  it("without rows is its header", () => {
    expect(renderTable(["SEL", "ALIAS"], [], displayWidth)).toBe(
      `╭─────┬───────╮
│ SEL ┆ ALIAS │
╞═════╪═══════╡
╰─────┴───────╯
`,
    );
  });

  it("is as wide as its widest cell on screen, not in characters", () => {
    expect(renderTable(["A"], [["日本"], ["e\u0301"], ["👩‍👩‍👧"]], displayWidth)).toBe(
      `╭──────╮
│ A    │
╞══════╡
│ 日本 │
├╌╌╌╌╌╌┤
│ e\u0301    │
├╌╌╌╌╌╌┤
│ 👩‍👩‍👧   │
╰──────╯
`,
    );
  });

  it("has lines of one width whatever its cells hold", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", "é", "日", "😀", "e\u0301", " ", "│") });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell)), (rows) => {
        const lines = renderTable(["A", "B"], rows, displayWidth).trimEnd().split("\n");
        expect(new Set(lines.map(displayWidth)).size).toBe(1);
        expect(lines.length).toBe(rows.length === 0 ? 4 : 3 + 2 * rows.length);
      }),
      { seed: 1 },
    );
  });
});

import { describe, expect, it } from "vitest";
import { type Column, drawColumns } from "../../../../lib/core/text/screen/columns.ts";
import type { Face } from "../../../../lib/core/text/screen/face.ts";
import { displayWidth } from "../../../../lib/io/width.ts";

const faceOf = (columns: number, more: Partial<Face> = {}): Face => ({
  columns,
  lines: 24,
  hasColor: false,
  hasUnicode: true,
  ...more,
});
const draw = (columns: readonly Column[], width: number, more?: Partial<Face>) =>
  drawColumns(columns, faceOf(width, more), displayWidth);

const name: Column = { forms: [{ title: "NAME", cells: ["a", "work"] }] };
const path: Column = { forms: [{ title: "PATH", cells: ["/x", "/home/me"] }, undefined], steps: [1] };
const left: Column = {
  forms: [{ title: "LEFT", cells: ["#### 50%", "#### 60%"] }, { title: "LEFT", cells: ["50%", "60%"] }],
  steps: [2],
};
const reason: Column = {
  forms: [{ title: "REASON", cells: ["exhausted, resets", "ok"] }],
  cuts: [{ at: 3, least: 6 }],
};
const all = [name, left, path, reason];

describe("columns", () => {
  it("are all shown where there is room, without blanks at the end of a line", () => {
    expect(draw(all, 100)).toEqual([
      "NAME  LEFT      PATH      REASON",
      "a     #### 50%  /x        exhausted, resets",
      "work  #### 60%  /home/me  ok",
    ]);
  });

  it("yield by rank, the lowest first", () => {
    expect(draw(all, 60).at(0)).toContain("PATH");
    expect(draw([name, left, path, name, reason, name], 60)[2]).toBe(
      "work  #### 60%  /home/me  work  ok                 work",
    );
    expect(draw(all, 42)).toEqual([
      "NAME LEFT     PATH     REASON",
      "a    #### 50% /x       exhausted, resets",
      "work #### 60% /home/me ok",
    ]);
    expect(draw(all, 38)[1]).toBe("a    #### 50% exhausted, resets");
    expect(draw(all, 27)[1]).toBe("a    50%  exhausted, resets");
  });

  it("are cut as little as it takes, and what is left over goes to what is worth most", () => {
    expect(draw(all, 24)[1]).toBe("a    50%  exhausted, re…");
    expect(draw(all, 16)[1]).toBe("a    50%  exhau…");
    expect(draw([name, { ...path, steps: [9] }, reason], 24)).toEqual([
      "NAME PATH     REASON",
      "a    /x       exhausted…",
      "work /home/me ok",
    ]);
  });

  it("come back when what yielded after them left room enough", () => {
    const small: Column = { forms: [{ title: "AGE", cells: ["3s", "4s"] }, undefined], steps: [1] };
    const large: Column = { forms: [{ title: "PATH", cells: ["/home/me/x"] }, undefined], steps: [2] };
    expect(draw([name, small, large], 20)).toEqual(["NAME AGE PATH", "a    3s  /home/me/x", "work 4s"]);
    expect(draw([name, small, large], 18)).toEqual(["NAME PATH", "a    /home/me/x", "work"]);
    expect(draw([name, small, large], 14)).toEqual(["NAME AGE", "a    3s", "work 4s"]);
  });

  it("are cut at the end of the screen when nothing can yield any more", () => {
    for (let width = 1; width < 60; width++) {
      for (const line of draw(all, width)) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    }
    expect(draw(all, 3)[2]).toBe("wo…");
  });

  it("stand in line whatever letters the cells have", () => {
    const wide: Column = { forms: [{ title: "NAME", cells: ["東京", "fox🦊", "a"] }] };
    const after: Column = { forms: [{ title: "N", cells: ["1", "2", "3"] }] };
    const ends = draw([wide, after], 80).map(displayWidth);
    expect(new Set(ends).size).toBe(1);
  });

  it("stand to the right where they hold numbers", () => {
    expect(draw([{ forms: [{ title: "N", cells: ["5", "100"] }], isRight: true }, name], 80)).toEqual([
      "  N  NAME",
      "  5  a",
      "100  work",
    ]);
  });

  it("have colours only where the screen has, and are as wide with them", () => {
    const toned: Column = {
      forms: [{ title: "LEFT", cells: [[{ text: "##", tone: "out" }, { text: " 5%" }]] }],
    };
    expect(draw([toned], 80)[1]).toBe("## 5%");
    const [header, line] = draw([toned], 80, { hasColor: true });
    expect(line).toBe("\u001b[31m##\u001b[0m 5%");
    expect(header).toBe("\u001b[2mLEFT\u001b[0m");
    expect(draw([toned], 4, { hasColor: true })[1]).toBe("\u001b[31m##\u001b[0m …");
  });
});

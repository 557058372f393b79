import { describe, expect, it } from "vitest";
import { cutEnd, cutMiddle, NO_BREAK, wrap } from "../../../../lib/core/text/screen/shorten.ts";
import { displayWidth } from "../../../../lib/io/width.ts";

const face = { hasUnicode: true };
const ascii = { hasUnicode: false };

describe("a text that is too long", () => {
  it("ends with an ellipsis, of the letters that the screen has", () => {
    expect(cutEnd("exhausted", 9, displayWidth, face)).toBe("exhausted");
    expect(cutEnd("exhausted", 8, displayWidth, face)).toBe("exhaust…");
    expect(cutEnd("exhausted", 8, displayWidth, ascii)).toBe("exhau...");
    expect(cutEnd("exhausted", 2, displayWidth, ascii)).toBe("..");
    expect(cutEnd("exhausted", 0, displayWidth, face)).toBe("");
  });

  it("never takes more columns than it may, also with letters of two", () => {
    for (let columns = 0; columns <= 12; columns++) {
      for (const text of ["東京の秘密", "fox🦊fox🦊", "e\u0301e\u0301e\u0301e\u0301abcdefghij"]) {
        for (const cut of [cutEnd, cutMiddle]) {
          expect(displayWidth(cut(text, columns, displayWidth, face)), `${text} ${columns}`)
            .toBeLessThanOrEqual(
              columns,
            );
        }
      }
    }
  });

  it("loses its middle where both ends matter", () => {
    expect(cutMiddle("firstname.lastname@example.test", 20, displayWidth, face)).toBe("firstname.…mple.test");
    expect(cutMiddle("a@b.test", 20, displayWidth, face)).toBe("a@b.test");
  });
});

describe("a text of several lines", () => {
  it("breaks between words and goes on further in", () => {
    expect(wrap("to do: agentlb login work", 12, displayWidth)).toEqual([
      "to do:",
      "  agentlb",
      "  login work",
    ]);
    expect(wrap("  work: picked", 10, displayWidth)).toEqual(["  work:", "    picked"]);
    expect(wrap("short", 12, displayWidth)).toEqual(["short"]);
  });

  it("does not break at a no-break space, which is drawn as any other", () => {
    const text = `do: ${"agentlb login x".replaceAll(" ", NO_BREAK)}; more`;
    expect(wrap(text, 20, displayWidth)).toEqual(["do: agentlb login x;", "  more"]);
    expect(wrap(text, 19, displayWidth)).toEqual(["do:", "  agentlb login x;", "  more"]);
  });

  it("breaks a word that is longer than the screen", () => {
    expect(wrap("abcdefghij", 4, displayWidth)).toEqual(["abcd", "  ef", "  gh", "  ij"]);
  });
});

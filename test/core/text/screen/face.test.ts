import { describe, expect, it } from "vitest";
import { faceFrom, isDumb } from "../../../../lib/core/text/screen/face.ts";

const size = { columns: 100, lines: 30 };

describe("the face of a terminal", () => {
  it("has the terminal's size, else what the shell says, else 80 by 24", () => {
    expect(faceFrom({ COLUMNS: "60", LINES: "10" }, size)).toMatchObject({ columns: 100, lines: 30 });
    const unknown = { columns: 0, lines: undefined };
    expect(faceFrom({ COLUMNS: "60", LINES: "10" }, unknown)).toMatchObject({ columns: 60, lines: 10 });
    expect(faceFrom({ COLUMNS: "-3", LINES: "0" }, unknown)).toMatchObject({ columns: 80, lines: 24 });
  });

  it.each<[Record<string, string>, "auto" | "always" | "never", boolean]>([
    [{}, "auto", true],
    [{ TERM: "xterm-256color", NO_COLOR: "" }, "auto", true],
    [{ NO_COLOR: "1" }, "auto", false],
    [{ TERM: "dumb" }, "auto", false],
    [{ CLICOLOR_FORCE: "1", NO_COLOR: "1" }, "auto", false],
    [{ NO_COLOR: "1" }, "always", true],
    [{}, "never", false],
  ])("with %j and --color %s has colours: %s", (env, color, hasColor) => {
    expect(faceFrom(env, size, color).hasColor).toBe(hasColor);
  });

  it.each<[Record<string, string>, boolean]>([
    [{}, true],
    [{ LANG: "" }, true],
    [{ LANG: "de_DE.UTF-8" }, true],
    [{ LANG: "de_DE.utf8" }, true],
    [{ LANG: "de_DE" }, true],
    [{ LANG: "C" }, false],
    [{ LANG: "POSIX" }, false],
    [{ LANG: "C.UTF-8" }, true],
    [{ LANG: "de_DE.ISO-8859-1" }, false],
    [{ LANG: "de_DE.UTF-8", LC_ALL: "C" }, false],
    [{ LANG: "de_DE.UTF-8", LC_CTYPE: "C" }, false],
    [{ LANG: "C", LC_CTYPE: "UTF-8" }, true],
    [{ LANG: "C", LC_CTYPE: "C", LC_ALL: "en_GB.UTF-8" }, true],
  ])("with %j draws in Unicode: %s", (env, hasUnicode) => {
    expect(faceFrom(env, size).hasUnicode).toBe(hasUnicode);
  });

  it("knows a terminal that can't draw in place", () => {
    expect([isDumb({ TERM: "dumb" }), isDumb({ TERM: "xterm" }), isDumb({})]).toEqual([true, false, false]);
  });
});

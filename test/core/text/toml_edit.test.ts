import { describe, expect, it } from "vitest";
import { withTomlValue } from "../../../lib/core/text/toml_edit.ts";

const edit = (text: string, path: string, value: string) => withTomlValue(text, path.split("."), value);

describe("one key of a TOML text", () => {
  it.each([
    ["a plain one", "[s]\nx = 1 # why\ny = 2\n", "[s]\nx = 9 # why\ny = 2\n"],
    ["without a line break at the end", "[s]\nx=1", "[s]\nx=9"],
    [
      "a list over several lines",
      '[s]\nx = [ # one\n  "a=]", # two\n]  # end\ny = 1\n',
      "[s]\nx = 9  # end\ny = 1\n",
    ],
    ["a text with an equals sign", '[s]\nx = "a = # b"\n', "[s]\nx = 9\n"],
    ["a text of several lines", '[s]\nx = """\n[s]\nx = 2\n"""\n', "[s]\nx = 9\n"],
    ["one with quotes", '["s"]\n"x" = 1\n', '["s"]\n"x" = 9\n'],
    ["one with dots", "s.x = 1\n", "s.x = 9\n"],
    ["one of Windows' lines", "[s]\r\nx = 1\r\n", "[s]\r\nx = 9\r\n"],
    ["one that a comment names before", "[s]\n# x = 1\nx = 2\n", "[s]\n# x = 1\nx = 9\n"],
    [
      "a new one, at the end of its table",
      "[s]\ny = 1\n\n# about t\n[t]\nz = 1\n",
      "[s]\ny = 1\nx = 9\n\n# about t\n[t]\nz = 1\n",
    ],
    ["a new one in an empty table", "[s] # of mine\n[t]\n", "[s] # of mine\nx = 9\n[t]\n"],
    ["a new one in the last table, whose line has no end", "[s]\ny = 1", "[s]\ny = 1\nx = 9\n"],
    ["a new one in a new table", "[t]\nz = 1\n", "[t]\nz = 1\n\n[s]\nx = 9\n"],
    ["a new one in an empty text", "", "[s]\nx = 9\n"],
    ["a new one beside a list of tables of that name", "[[s]]\nx = 1\n", "[[s]]\nx = 9\n"],
  ])("is changed alone: %s", (_, before, after) => {
    expect(edit(before, "s.x", "9")).toBe(after);
  });

  it("is quoted where its name needs that", () => {
    expect(withTomlValue("", ["alias", "a.b", "reserve"], "5")).toBe('[alias."a.b"]\nreserve = 5\n');
  });
});

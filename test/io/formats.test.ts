import { describe, expect, it } from "vitest";
import { Failure } from "../../lib/core/text/failure.ts";
import { tomlLines } from "../../lib/core/text/toml_lines.ts";
import { parseToml, renderToml } from "../../lib/io/formats.ts";

describe("parseToml()", () => {
  it("tells whole numbers, which are bigints, from floats", () => {
    expect(parseToml("a = 1\nb = 1.0\n[c]\nd = [9223372036854775807]", "x")).toEqual({
      a: 1n,
      b: 1,
      c: { d: [9223372036854775807n] },
    });
  });

  it("takes a byte order mark and Windows line ends", () => {
    expect(parseToml("\ufeff[a]\r\nb = 'c'\r\n", "x")).toEqual({ a: { b: "c" } });
    expect(tomlLines("\ufeff[a]\r\nb = 'c'\r\n")("a.b")).toBe(2);
    expect(tomlLines("\ufeffa = 1")("a")).toBe(1);
  });

  it("keeps keys that look like an object's own as mere keys", () => {
    const table = parseToml("[__proto__]\nx = 1\n[constructor]\nx = 1", "x");
    expect(Object.keys(table as object)).toEqual(["__proto__", "constructor"]);
    expect(Object.getOwnPropertyDescriptor(Object.prototype, "x")).toBeUndefined();
  });

  it.each([["a = 1\nb = \nc = 3", 2, 5], ["a = 1\na = 2", 2, 1], ["[a", 1, 2], ["x", 1, 1]])(
    "names file, line and column of what it can't read: %j",
    (text, line, column) => {
      const thrown = (() => {
        try {
          return parseToml(text, "/r/config.toml");
        } catch (error) {
          return error as Failure;
        }
      })() as Failure;
      expect(thrown).toBeInstanceOf(Failure);
      expect(thrown.code).toBe("failed");
      const where = `Cannot read /r/config.toml: line ${line}, column `;
      expect(thrown.message.slice(0, where.length)).toBe(where);
      expect(Number(/column (\d+): \S/.exec(thrown.message)?.[1])).toBeGreaterThanOrEqual(column);
      expect(thrown.message).not.toContain("\n");
    },
  );
});

describe("tomlLines()", () => {
  const text = `# sessions.stale_sec = 1
top = 1

[ sessions ] # not = this
stale_sec = 420 # nor [this]
"quoted key" = """
inside = 1
[inside]
"""
list = [
  "]", # ]
  'other = 1',
]
inline = { deep = 1, "x]" = 2 }
'literal' = '''
hidden = 1'''
a . b = 2
last = 3
[[x."y.z"]]
k = 1
[sessions.sub]
k = 2
stale_sec`;
  const line = tomlLines(text.replace(/\nstale_sec$/, "\nstale_sec = 7"));

  it.each([
    ["top", 2],
    ["sessions", 4],
    ["sessions.stale_sec", 5],
    ["sessions.quoted key", 6],
    ["sessions.list", 10],
    ["sessions.inline", 14],
    ["sessions.literal", 15],
    ["sessions.a.b", 17],
    ["sessions.last", 18],
    ["x.y.z", 19],
    ["x.y.z.k", 20],
    ["sessions.sub", 21],
    ["sessions.sub.k", 22],
    ["sessions.sub.stale_sec", 23],
  ])("finds %s on line %i", (path, expected) => expect(line(path)).toBe(expected));

  it("gives the nearest part's line for what stands inside a value or not at all", () => {
    expect(line("sessions.inline.deep")).toBe(14);
    expect(line("sessions.inside")).toBe(4);
    expect(line("sessions.hidden")).toBe(4);
    expect(line("nothing.here")).toBeUndefined();
    expect(line("")).toBeUndefined();
  });
});

it("a number keeps its type when it is written again", () => {
  const text = renderToml(parseToml("whole = 1\nwith_fraction = 1.0\n", "x") as Record<string, unknown>);
  expect(parseToml(text, "x")).toEqual({ whole: 1n, with_fraction: 1 });
});

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { piecesOf, textOf } from "../../scripts/screens/ansi.ts";
import { castOf } from "../../scripts/screens/cast.ts";
import { settle } from "../../scripts/screens/settle.ts";
import { svgOf } from "../../scripts/screens/svg.ts";
import { textsIn, xmlFault } from "./xml.ts";

const FOLDER = new URL("../../docs/screens/", import.meta.url);
const ESC = "\u001b";

describe("the checker of XML catches", () => {
  test.each([
    ["a tag that is not closed", "<a><b></a>", "</a> closes <b>"],
    ["a tag that nothing closes", "<a>", "<a> is not closed"],
    ["a bare &", "<a>x & y</a>", "a bare &"],
    ["a bare <", "<a>x < y</a>", "a bare <"],
    ["a quote in a value", '<a b="x"y">z</a>', "a bare <"],
    ["a control character", "<a>\u0007</a>", "a character that XML forbids"],
    ["two roots", "<a/><b/>", "more than one root"],
  ])("%s", (_, text, fault) => expect(xmlFault(text)).toBe(fault));

  test("nothing in a good file", () => expect(xmlFault('<a b="c">x &lt; y<d/></a>\n')).toBeUndefined());
});

describe("the escapes of a terminal", () => {
  test("give the look of what follows, over the end of the line", () => {
    expect(piecesOf(`a${ESC}[1;31mb\nc${ESC}[0md`)).toEqual([
      [{ text: "a", look: {} }, { text: "b", look: { isBold: true, color: 1 } }],
      [{ text: "c", look: { isBold: true, color: 1 } }, { text: "d", look: {} }],
    ]);
  });

  test.each([
    ["bright", "[92m", { color: 10 }],
    ["of the palette", "[38;5;9m", { color: 9 }],
    ["of the cube", "[38;5;196m", { color: "#ff0000" }],
    ["grey", "[38;5;244m", { color: "#808080" }],
    ["of three parts, whatever they say", "[38;2;1;999;m", { color: "#01ff00" }],
    ["behind a ground, which is not drawn", "[48;5;4;32m", { color: 2 }],
    ["reset", "[31m\u001b[39m", { color: undefined }],
    ["faint, then neither", "[2;1m\u001b[22m", { isFaint: undefined, isBold: undefined }],
  ])("know a colour %s", (_, code, look) => {
    expect(piecesOf(`${ESC}${code}x`)[0]?.map((piece) => piece.look)).toEqual([look]);
  });

  test("that do something else vanish with what they carry", () => {
    const hostile =
      `a${ESC}]0;title\u0007b${ESC}[2J${ESC}[10;1Hc${ESC}]8;;http://x${ESC}\\d${ESC}(Be${ESC}Pq#1${ESC}\\f\u0000\u009b\r`;
    expect(textOf(hostile)).toBe("abcdef");
  });
});

describe("the picture of a screen", () => {
  const hostile = '</text><script>alert("x")</script>&amp;<!-- ]]> \ud800 \u0001';

  test("is XML that shows every text as it is", () => {
    const svg = svgOf(hostile, hostile);
    expect(xmlFault(svg)).toBeUndefined();
    expect(textsIn(svg, "text")).toEqual(['</text><script>alert("x")</script>&amp;<!-- ]]> \ufffd']);
    expect(svg).not.toContain("<script");
  });

  test("keeps columns in line behind wide letters and marks", () => {
    const ends = (line: string) => /x="([\d.]+)"[^>]*>end</.exec(svgOf(line, "t"))?.[1];
    const expected = ends("12345678  end");
    expect(expected).toBeDefined();
    expect(ends("翻訳を直  end")).toBe(expected);
    expect(ends("e\u0301234567\u20538  end".replace("\u2053", ""))).toBe(expected);
    expect(svgOf("翻訳 end", "t")).toMatch(/textLength="33.6"[^>]*>翻訳</);
    expect(ends(`${ESC}[32m████${ESC}[0m░░░░  end`)).toBe(expected);
  });

  test("gives each piece its colour and weight", () => {
    const svg = svgOf(`${ESC}[32mgreen${ESC}[0m ${ESC}[1mbold${ESC}[0m ${ESC}[2mfaint`, "t");
    expect(svg).toMatch(/fill="#56d364">green</);
    expect(svg).toMatch(/font-weight="bold">bold</);
    expect(svg).toMatch(/fill="#98a2ad">faint</);
  });

  test("is as high as its lines, and wider for a longer one", () => {
    const [, width = "", height = ""] = /width="(\d+)" height="(\d+)"/.exec(svgOf("a\nb", "t")) ?? [];
    const [, wider = "", higher = ""] =
      /width="(\d+)" height="(\d+)"/.exec(svgOf(`a\nb\n${"c".repeat(99)}`, "t")) ?? [];
    expect(Number(wider)).toBeGreaterThan(Number(width));
    expect(Number(higher) - Number(height)).toBe(18);
  });
});

describe("a recording", () => {
  const cast = castOf("t", 80, [{ command: "ls", output: 'a "b"\nc' }]).trimEnd().split("\n").map((line) =>
    JSON.parse(line)
  );

  test("is asciicast: a head, then events in the order of their times", () => {
    const [head, ...events] = cast;
    expect(head).toMatchObject({ version: 2, width: 80, height: 5 });
    const times = events.map(([at]) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(events.every(([, kind]) => kind === "o")).toBe(true);
  });

  test("shows the command and its output", () => {
    expect(textOf(cast.slice(1).map(([, , text]) => text).join(""))).toContain('$ ls\na "b"\nc\n$');
  });
});

describe("screens of two runs are alike", () => {
  const at = (home: string, begunMinute: number, id: string) => ({ home, begunMinute, threads: [id] });
  const early = at("/tmp/agentlb-demo-a/home", 13 * 60 + 7, "01a22e11-91b3-7430-b9b1-34ffe47a6efc");
  const late = at("/tmp/agentlb-demo-bcd/home", 13 * 60 + 59, "01a22f00-0000-7430-b9b1-34ffe47a6efc");

  test("in paths, ids, times of the day and what is left", () => {
    const one = `${early.home}/x 01a22e11 limit until 15:08  2h       end, in 1h 59m, 2s ago, at 3:07 PM`;
    const other = `${late.home}/x 01a22f00 limit until 15:59  1h 59m   end, in 2h, 0s ago, at 3:59 PM`;
    const settled = "/home/me/x 01a2f3c0 limit until 15:00  2h       end, in 2h, 3s ago, at 3:00 PM";
    expect(settle(one, early)).toBe(settled);
    expect(settle(other, late)).toBe(settled);
  });
});

describe("the shown screens", () => {
  const pictures = readdirSync(FOLDER).filter((name) => name.endsWith(".svg"));
  const read = (name: string) => readFileSync(new URL(name, FOLDER), "utf8");

  test("are there", () => {
    expect(pictures).toEqual(
      expect.arrayContaining(["status.svg", "why.svg", "forecast.svg", "threads.svg"]),
    );
  });

  test.each(pictures)("%s is XML, small, and names nothing of the machine it was made on", (name) => {
    const svg = read(name);
    expect(xmlFault(svg)).toBeUndefined();
    expect(Buffer.byteLength(svg)).toBeLessThan(40_000);
    expect(textsIn(svg, "text").join("\n")).not.toMatch(/\/tmp\/|\/root|agentlb-demo|\bpid\b/);
  });

  test("demo.cast has the commands of the pictures", () => {
    const said = read("demo.cast").trimEnd().split("\n").slice(1).map((line) => JSON.parse(line)[2]).join("");
    for (const name of pictures) {
      expect(textOf(said)).toContain(
        `$ ${textsIn(read(name), "title")[0]}\n`,
      );
    }
    expect(said).not.toMatch(/\/tmp\/|agentlb-demo/);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseArguments } from "../../../lib/cli/pool/arguments.ts";
import { commandsOf } from "../../../lib/cli/pool/commands.ts";
import { Failure } from "../../../lib/core/text/failure.ts";
import { FLAVOURS } from "../../../lib/core/pool/flavour.ts";
import { askPython, pythonMinor } from "../../core/pool/python/with_python.ts";
import { describeWith, hasTools } from "../../../rig/tools.ts";

/** The same program made of the real argparse, from the same table, without what only ours has. */
const ARGPARSE = `
import argparse, contextlib, io
def build(flavour):
    parser = argparse.ArgumentParser(prog=flavour["name"])
    subs = parser.add_subparsers(dest="cmd", required=True)
    for c in flavour["commands"]:
        sub = subs.add_parser(c["name"])
        if c.get("argument"): sub.add_argument(c["argument"]["name"])
        for o in c["options"]:
            if o["kind"] == "text":
                sub.add_argument(*o["flags"], required=o.get("isRequired", False), default=o.get("initial"))
            elif o["kind"] == "switch":
                sub.add_argument(*o["flags"], action="store_true")
            else:
                sub.add_argument(o["flags"][0], action=argparse.BooleanOptionalAction, default=o["initial"])
    return parser
def run(parser, words):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            found = {k: v for k, v in vars(parser.parse_args(words)).items() if v is not None}
            return {"found": found}
        except SystemExit as e:
            usage = out.getvalue().split("\\n\\n")[0]
            return {"help": usage} if e.code == 0 else {"code": e.code, "refused": err.getvalue()}
parsers = [build(f) for f in cases["flavours"]]
answers = [run(parsers[at], words) for at, words in cases["lines"]]
`;

const flavours = [FLAVOURS.cap, FLAVOURS.clb];
const tables = flavours.map((flavour) => ({
  name: flavour.name,
  commands: commandsOf(flavour).map((command) => ({
    ...command,
    options: command.options.filter((option) => !option.isNew),
  })),
}));

function ours(at: number, words: readonly string[]): unknown {
  try {
    const request = parseArguments(flavours[at]!, words, undefined);
    if (request.do === "help") return { help: request.text.split("\n\n")[0] };
    const known = [...request.options].filter(([key]) =>
      !["via", "json", "table", "rotate_on_unknown"].includes(key)
    );
    return { found: { cmd: request.command, ...Object.fromEntries(known) } };
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "usage") throw error;
    return { code: 2, refused: `${error.message}\n` };
  }
}

/** Our usages name our own options; those lines are compared where there are none. */
function comparable(answer: unknown): unknown {
  const text = JSON.stringify(answer);
  return /usage: (cap|clb) (status|watch-team)/.test(text)
    ? JSON.parse(text.replace(/usage: (?:[^"\\]|\\.)*?team_dir(\\n|")/, "usage$1"))
    : answer;
}

const word = fc.constantFrom(
  "--worker",
  "--work",
  "--w",
  "--base",
  "--b",
  "--worker=x",
  "--w=-x",
  "--b=",
  "a",
  "-5",
  "-.5",
  "-x",
  "-x y",
  "--",
  "",
  "-",
  "-h",
  "--help",
  "--he",
  "-hx",
  "-hh",
  "--help=1",
  "-h=1",
  "--nope",
  "--nope=1",
  "--team-dir",
  "--te",
  "--glob",
  "--glob=*",
  "--g",
  "status",
  "pick",
  "dir",
  "--timeout",
  "--ti",
  "--t",
  "--pre",
  "--p",
  "--print",
  "--no-d",
  "--no-disable-mcp",
  "--d",
  "--disable-mcp=1",
  "--once",
  "--in",
  "--i",
  "--m",
  "--mess",
  "--max",
  "--status-timeout",
  "--s",
  "it's",
  "😀",
  "--e",
  "--enter-delay=1",
  "--disable",
  "--no",
);
const line = fc.tuple(
  fc.nat({ max: 1 }),
  fc.oneof({ weight: 1, arbitrary: fc.constant([]) }, {
    weight: 8,
    arbitrary: fc.constantFrom(
      "pick",
      "pick-auth",
      "status",
      "watch-team",
      "auth-advance",
      "auth-current",
      "list",
      "where",
    ).map((c) => [c]),
  }),
  fc.array(word, { maxLength: 6 }),
).map(([at, first, rest]): [number, string[]] => [at, [...first, ...rest]]);

describeWith(["python3"], "as argparse has it", () => {
  // Its words and its treatment of `--` differ from version to version; these are the ones of Python 3.11.
  const isThisOne = hasTools("python3") && pythonMinor() === 11;

  test("command lines are read, and refused", () => {
    const given: [number, string[]][] = [[0, []], [1, []], [0, ["-h"]], [1, ["--he"]], [0, ["PICK"]], [0, [
      "pick",
      "--worker",
      "w",
    ]]];
    const lines = [...given, ...fc.sample(line, { numRuns: 6000, seed: 9 })]
      .filter(([, words]) => isThisOne || !words.includes("--"));
    const python = askPython<unknown[]>(ARGPARSE, { flavours: tables, lines }, { COLUMNS: "80" });
    const plain = (answer: unknown) => {
      if (isThisOne) return comparable(answer);
      const { code, help, found } = answer as { code?: number; help?: string; found?: unknown };
      return help === undefined ? { code, found } : { help: true };
    };
    let refused = 0;
    lines.forEach(([at, words], index) => {
      const answer = ours(at, words);
      if (JSON.stringify(answer).includes("refused")) refused++;
      expect(plain(answer), words.join(" ")).toEqual(plain(python[index]));
    });
    expect(refused).toBeGreaterThan(1000);
    expect(lines.length - refused).toBeGreaterThan(200);
  });

  test.runIf(isThisOne)("usages are wrapped", () => {
    const widths = [20, 40, 60, 80, 100, 130, 200];
    for (const columns of widths) {
      const lines: [number, string[]][] = [
        [0, []],
        [1, []],
        ...["pick", "auth-current", "list"].map((name): [number, string[]] => [
          0,
          [name, "-h"],
        ]),
      ];
      const python = askPython<{ refused?: string; help?: string }[]>(ARGPARSE, { flavours: tables, lines }, {
        COLUMNS: String(columns),
      });
      lines.forEach(([at, words], index) => {
        let usage = "";
        try {
          const request = parseArguments(flavours[at]!, words, String(columns));
          if (request.do === "help") usage = request.text.split("\n\n")[0]!;
        } catch (error) {
          usage = `${(error as Error).message}\n`;
        }
        expect(usage, `${columns} ${words.join(" ")}`).toBe(python[index]!.refused ?? python[index]!.help);
      });
    }
  });
});

describe("an option that the predecessor did not have", () => {
  const options = (...words: string[]) => {
    const request = parseArguments(FLAVOURS.cap, words, undefined);
    return request.do === "run" ? Object.fromEntries(request.options) : {};
  };

  test("is read", () => {
    expect(options("status", "d", "--via", "app-server", "--json")).toMatchObject({
      via: "app-server",
      json: true,
      table: false,
    });
    expect(options("watch-team", "d", "--rotate-on-unknown")).toMatchObject({
      rotate_on_unknown: true,
      once: false,
    });
  });

  test("takes no abbreviation away, and has none", () => {
    expect(options("status", "d", "--t", "3")).toMatchObject({ timeout: "3", table: false });
    expect(() => options("status", "d", "--jso")).toThrow("unrecognized arguments: --jso");
  });
});

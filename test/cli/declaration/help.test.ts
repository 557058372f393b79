import { describe, expect, it } from "vitest";
import { readCall } from "../../../lib/cli/arguments.ts";
import { allCommands } from "../../../lib/cli/declaration/catalogue.ts";
import type { Command, Commands } from "../../../lib/cli/declaration/command.ts";
import { COMMANDS } from "../../../lib/cli/commands/all.ts";
import { COLUMNS, pageOf } from "../../../lib/cli/declaration/help.ts";
import type { Options } from "../../../lib/cli/declaration/option.ts";
import { EVERYWHERE } from "../../../lib/cli/declaration/shared_options.ts";

const ALL = await allCommands(COMMANDS);

/** Lines of the pages of these commands that are too long for a terminal. */
async function tooLong(commands: Commands): Promise<string[]> {
  const pages = await Promise.all((await allCommands(commands)).map((command) => pageOf(command, commands)));
  return pages.flatMap((page) => page.split("\n")).filter((line) => [...line].length > 80);
}

/** The commands and one more, which is nowhere else. */
function withOneMore(more: Partial<Command> = {}): Commands {
  const command: Command = {
    name: "greet",
    usage: "<name> [--loudly] [--times <n>]",
    summary: "say hello",
    help: ["Says hello to somebody."],
    options: {
      loudly: { about: "with an exclamation mark" },
      times: { value: "<n>", oneOf: ["once", "twice"], about: "how often" },
    },
    examples: ["agentlb greet world --loudly"],
    takes: { what: "name", isNeeded: true },
    run(host, { words }) {
      host.out(`hello ${words[0]}\n`);
      return Promise.resolve(0);
    },
    ...more,
  };
  return new Map([...COMMANDS, ["greet", () => Promise.resolve({ command })]]);
}

describe("help fits a terminal of 80 columns", () => {
  it("every line of every page", async () => {
    expect(COLUMNS).toBe(80);
    expect(ALL.length).toBeGreaterThan(20);
    expect(await tooLong(COMMANDS)).toEqual([]);
  });

  it.each<[string, Partial<Command>]>([
    ["an example", { examples: [`agentlb ${"x".repeat(71)}`] }],
    ["a word of a paragraph", { help: ["x".repeat(81)] }],
    ["an option", { options: { ["x".repeat(77)]: { about: "" } } }],
  ])("one of 81 columns is seen: %s", async (_, planted) => {
    expect((await tooLong(withOneMore(planted))).map(({ length }) => length)).toEqual([81]);
  });
});

describe("a declaration", () => {
  it("is all that the parser and the help need", async () => {
    const commands = withOneMore();
    const { command, words, options } = await readCall(["greet", "--times", "twice", "you"], commands);
    expect([command.name, words, options]).toEqual(["greet", ["you"], { times: "twice" }]);
    expect(await pageOf(command, commands)).toBe(`agentlb greet

usage: agentlb greet <name> [--loudly] [--times <n>]

Says hello to somebody.

options:
  --loudly     with an exclamation mark
  --times <n>  how often
  -h, --help   print this help

examples:
  agentlb greet world --loudly
`);
    const root = ALL.find(({ name }) => name === "")!;
    expect(await pageOf(root, commands)).toMatch(/\n {2}greet <name> +say hello\n/);
    expect(await pageOf(root, COMMANDS)).not.toContain("greet");
    const refused = (...args: string[]) =>
      readCall(args, commands).catch(({ message, hint }) => [message, hint]);
    expect(await refused("gret", "you")).toEqual([
      "There is no command 'gret'",
      "did you mean: agentlb greet",
    ]);
    expect(await refused("greet", "--times", "often", "you")).toEqual([
      "Option '--times' does not take 'often'",
      "it takes one of: once, twice",
    ]);
    expect(await refused("rr", "--loudly")).toEqual([
      "agentlb rr has no option '--loudly'",
      "--loudly belongs to: agentlb greet",
    ]);
    expect(await refused("greet")).toEqual([
      "usage: agentlb greet <name> [--loudly] [--times <n>]",
      undefined,
    ]);
  });

  it("is found by the words that it names", async () => {
    for (const { name } of ALL) {
      const { command } = await readCall([...name.split(" ").filter(Boolean), "--help"], COMMANDS);
      expect(command.name).toBe(name);
    }
    const words = [...COMMANDS].flatMap(([word, entry]) => typeof entry === "string" ? [] : [word]);
    expect(ALL.map(({ name }) => name).filter((name) => !name.includes(" "))).toEqual(words);
  });

  it.each(ALL.map((command) => [command.name, command] as const))(
    "has a usage with options of its own only, and exclusive ones that exist: '%s'",
    (_, { usage, options, exclusive = [], commands = [] }) => {
      const named = [...usage.matchAll(/--([a-z][a-z-]*)/g)].map(([, name]) => name!);
      const own = [options, ...commands.map((member) => member.options)].flatMap((each) => Object.keys(each));
      expect([...named, ...exclusive.flat()].filter((name) => !own.includes(name))).toEqual([]);
    },
  );

  it("means by an option the same kind as every other one, as it may stand before the command", () => {
    const kinds = new Map<string, Set<boolean>>();
    for (const options of [EVERYWHERE as Options, ...ALL.map((command) => command.options)]) {
      for (const [name, { value }] of Object.entries(options)) {
        kinds.set(name, (kinds.get(name) ?? new Set()).add(value === undefined));
      }
    }
    expect(kinds.size).toBeGreaterThan(20);
    expect([...kinds].filter(([, each]) => each.size > 1)).toEqual([]);
  });
});

describe("the page of the program", () => {
  it("names every command that is not hidden, and no hidden one", async () => {
    const page = await pageOf(ALL[0]!, COMMANDS);
    for (const { name, summary, isHidden } of ALL) {
      if (summary === undefined) continue;
      expect(new RegExp(`\\n {2}${name}\\b`).test(page), name).toBe(!isHidden);
    }
    expect(page).not.toContain("daemon");
  });

  it("leaves members to the page of their family, hidden ones too", async () => {
    const [family, daemon] = ["supervisor", "supervisor daemon"].map((name) =>
      ALL.find((command) => command.name === name)!
    );
    expect(await pageOf(daemon!, COMMANDS)).toBe(await pageOf(family!, COMMANDS));
    expect(await pageOf(family!, COMMANDS)).toContain("supervisor daemon");
  });

  it("tells the other words for a command", async () => {
    const status = ALL.find(({ name }) => name === "status")!;
    expect(await pageOf(status, COMMANDS)).toContain("\nAlso called: agentlb list, agentlb ls\n");
  });
});

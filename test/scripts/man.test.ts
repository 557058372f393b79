import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { COMMANDS } from "../../lib/cli/commands/all.ts";
import { allCommands } from "../../lib/cli/declaration/catalogue.ts";
import { usageOf } from "../../lib/cli/declaration/usage.ts";
import { allCommandsOf } from "../../lib/cli/pool/commands.ts";
import { ALIAS_KEYS, CONFIG_KEYS } from "../../lib/core/config/config_keys.ts";
import { FLAVOURS } from "../../lib/core/pool/flavour.ts";
import { describeWith } from "../../rig/tools.ts";
import { manualPages } from "../../scripts/man.ts";
import { page, paragraph, verbatim } from "../../scripts/man/roff.ts";

/** A page as a reader sees it, and the complaints about it. */
function rendered(text: string, columns: number, locale = "C.UTF-8") {
  const folder = mkdtempSync(join(tmpdir(), "agentlb-man-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "page.1");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  const env = { PATH: process.env.PATH ?? "", HOME: folder, LC_ALL: locale, MANWIDTH: String(columns) };
  const encoding = locale === "C" ? "ascii" : "UTF-8";
  const { status, stdout, stderr } = spawnSync("man", ["--warnings", "-E", encoding, "-l", file], {
    encoding: "utf8",
    env: { ...env, MAN_KEEP_FORMATTING: "", MANROFFOPT: "-c", GROFF_NO_SGR: "1" },
  });
  return { status, stderr, text: stdout };
}

const HEAD = '.TH X 1 "" "x" "x"\n.nh\n.ad l\n';

describeWith(["man"], "a manual page", () => {
  test.each([60, 80, 140])("is shown without a warning, %i columns wide", async (columns) => {
    const pages = Object.entries(await manualPages());
    expect(pages.length).toBeGreaterThan(3);
    for (const [path, text] of pages) {
      const { status, stderr, text: shown } = rendered(text, columns);
      expect({ path, status, stderr }).toEqual({ path, status: 0, stderr: "" });
      // Usage lines and examples stay whole, and no word is cut.
      const long = shown.split("\n").filter((line) => line.length > columns && !/^ {11}\S/.test(line));
      expect([path, long]).toEqual([path, []]);
    }
  });

  test("lacks nothing on a terminal without UTF-8", async () => {
    for (const [path, text] of Object.entries(await manualPages())) {
      const { stderr, text: shown } = rendered(text, 80, "C");
      expect({ path, stderr, isAscii: /^[\n -~]*$/.test(shown) }).toEqual({
        path,
        stderr: "",
        isAscii: true,
      });
    }
  });

  test("with a fault is complained about", () => {
    expect(rendered(`${HEAD}.SH NAME\nx \\\\- y\n.nonesuch\n`, 80).stderr).not.toBe("");
  });

  test("names every command, option and setting", async () => {
    const pages = await manualPages();
    const shown = (path: string) => rendered(pages[path]!, 140).text.replace(/\s+/g, " ");
    const agentlb = shown("man/man1/agentlb.1");
    for (const command of await allCommands(COMMANDS)) {
      if (command.isHidden) {
        expect(agentlb).not.toContain(`agentlb ${command.name} `);
        continue;
      }
      if (command.commands === undefined) expect(agentlb).toContain(usageOf(command).replace(/\s+/g, " "));
      for (const [name, { about }] of Object.entries(command.options)) {
        expect(agentlb).toContain(`--${name}`);
        expect(agentlb).toContain(about.replaceAll("`", "").slice(0, 40));
      }
    }
    for (const name of ["cap", "clb"] as const) {
      const text = shown(`man/man1/${name}.1`);
      for (const command of allCommandsOf(FLAVOURS[name])) {
        expect(text).toContain(`${name} ${command.name} `);
        for (const { flags } of command.options) expect(text).toContain(flags.join(", "));
      }
    }
    const settings = shown("man/man5/agentlb-config.5");
    for (const { name, effect } of [...CONFIG_KEYS, ...ALIAS_KEYS]) {
      expect(settings).toContain(`${name} = `);
      expect(settings).toContain(effect.slice(1, 50));
    }
  });

  test("shows every text as it is", () => {
    const hostile = [".TH is a request", "'it\\fBs\\n", 'a\\\\b -- ^~"x" – → é 漢', "-\\[u0041]"];
    const { text, stderr } = rendered(`${HEAD}.SH NAME\nx\n${page(verbatim(hostile))}`, 80);
    expect(stderr).toBe("");
    for (const line of hostile) expect(text).toContain(line);
    const flowing = rendered(`${HEAD}.SH NAME\nx\n${page(hostile.flatMap(paragraph))}`, 80).text;
    for (const line of hostile) expect(flowing).toContain(line);
  });
});

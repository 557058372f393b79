import { readFileSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readLines } from "../../../lib/core/pool/python/config_lines.ts";
import { KEYS, wishesOf } from "../../../lib/core/pool/settings.ts";
import { pageText } from "../../../lib/core/skill/page.ts";
import { settingsText } from "../../../lib/core/skill/settings_text.ts";
import { shimText } from "../../../lib/core/skill/shim.ts";
import { type Skill, SKILLS } from "../../../lib/core/skill/skill.ts";

const ALL = Object.values(SKILLS).map((skill): [string, Skill] => [skill.flavour.name, skill]);

describe.each(ALL)("the skill of %s has", (name, skill) => {
  const { flavour, folder } = skill;

  describe("settings that", () => {
    const text = settingsText(flavour);
    /** As a user who takes every "# " away that stands before a key. */
    const set = text.replace(
      /^# (?=\w+: )/gm,
      (_, at: number) => text.startsWith(flavour.prefix, at + 2) ? "# " : "",
    );
    const keys = [...KEYS].filter((key) => key !== "auth_strategy" || flavour.authStrategies.length > 1);

    test("set nothing, for us and for YAML", () => {
      expect(readLines(text, KEYS).size).toBe(0);
      expect(parse(text)).toBeNull();
    });

    test("explain every key, its variable, and its default", () => {
      const entries = readLines(set, KEYS);
      expect([...entries.keys()].sort()).toEqual([...keys].sort());
      for (const key of keys) expect(text).toContain(`# ${flavour.prefix}${key.toUpperCase()}`);
      const { sources, authTeamDir, stateFile, ...rest } = wishesOf(flavour, {}, entries);
      const { sources: _, authTeamDir: none, stateFile: __, ...defaults } = wishesOf(flavour, {}, new Map());
      expect(rest).toEqual(defaults);
      expect([sources, stateFile, none]).toEqual([["~/.codex"], "share/state.json", undefined]);
      expect(authTeamDir).toMatch(/^~\//);
      expect(Object.keys(parse(set)).sort()).toEqual([...keys].sort());
    });

    test("fit a screen", () => {
      expect(text.split("\n").filter((line) => line.length > 120)).toEqual([]);
    });
  });

  describe("a page that", () => {
    const text = pageText(skill);

    test("begins with its name and one line on what it is for", () => {
      const [, head = ""] = /^---\n([^]*?)\n---\n/.exec(text) ?? [];
      expect(parse(head)).toEqual({ name: folder, description: skill.description });
      expect(skill.description).not.toMatch(/\n/);
      expect(["codex-account-pool", "codex-load-balancer"]).toContain(folder);
    });

    test("tells of settings, of every command, and of the caller", () => {
      expect([...text.matchAll(/^## (.*)/gm)].map(([, title]) => title)).toEqual([
        "Configure",
        "Commands",
        "tmux-workflow integration",
      ]);
      const named = [
        ...text.matchAll(new RegExp(`^bash \\.codex/skills/${folder}/scripts/${name} (\\S+)`, "gm")),
      ];
      expect(named.map(([, command]) => command).sort()).toEqual([...flavour.commands].sort());
      for (const key of ["sources", "auth_team_dir"]) expect(text).toContain(`\`${key}\``);
      for (const words of [skill.switchedOnBy, ...skill.overrides]) expect(text).toContain(`\`${words}\``);
      expect(text).toContain("`TWF_CODEX_HOME_SRC`");
      expect(text).toContain("`auth.json`");
      const other = ALL.find(([each]) => each !== name)![1];
      expect(text).not.toContain(other.flavour.prefix);
      expect(text).not.toContain(other.folder);
      expect(text.includes("auth_strategy")).toBe(flavour.authStrategies.length > 1);
      expect(text).not.toContain("\n\n\n");
    });
  });

  test("the shim that lies in the tree; if this fails: npx bun scripts/skills.ts", () => {
    const path = new URL(`../../../scripts/${name}`, import.meta.url);
    expect(readFileSync(path, "utf8")).toBe(shimText(flavour));
    // Windows knows of no such right.
    if (process.platform !== "win32") expect(statSync(path).mode & 0o111).toBe(0o111);
  });
});

test.each(ALL)(
  "the page of %s has every key, variable, command and option that its callers' pages have",
  (_, skill) => {
    const text = pageText(skill);
    const { prefix, commands, authStrategies } = skill.flavour;
    const keys = [...KEYS].filter((key) => key !== "auth_strategy" || authStrategies.length > 1);
    const words = [
      ...keys,
      ...commands,
      "AUTH_TEAM_DIR",
      `${prefix}DEBUG`,
      `${prefix}BIN`,
      "TWF_AUTH_SRC",
      "TWF_WORKERS_DIR",
      ...["--glob", "--timeout", "--pre-send-wait", "--enter-delay", "--no-disable-mcp", "--print-raw"],
      ...prefix === "CAP_"
        ? [
          "--registry",
          "--interval",
          "--grace",
          "--max-retries",
          "--needle",
          "--message",
          "--once",
          "AITWF_REGISTRY",
        ]
          .concat(
            "AITWF_DIR",
            "CAP_TWF",
            "CAP_STATUS_SESSION_PREFIX",
            "--team-dir",
            "CAP_STATE_FILE",
            "CAP_SOURCES",
          )
        : ["CLB_AUTH_TEAM_DIR", "CLB_AUTH_TEAM_GLOB", "twf_auth_team_dir", "twf_auth_team_glob"],
    ];
    expect(words.filter((word) => !text.includes(word))).toEqual([]);
    expect(text.split("\n").slice(4).filter((line) => line.length > 145)).toEqual([]);
  },
);

test.each(ALL)(
  "the page of %s is found by the words that are searched for, and its commands lead to where it lies",
  (name, skill) => {
    for (
      const word of [
        "Codex",
        "tmux",
        "CODEX_HOME",
        "auth.json",
        "account",
        "balance",
        "usage limit",
        "tmux-workflow",
      ]
    ) {
      expect(skill.description).toContain(word);
    }
    expect(skill.description.length).toBeLessThanOrEqual(1024);
    expect(pageText(skill, "~/.codex/skills/x")).toContain(`\nbash ~/.codex/skills/x/scripts/${name} pick `);
  },
);

test("only the pool that ai-team-workflow brings along has its place there named", () => {
  expect(pageText(SKILLS.cap)).toContain("ai-team-workflow/deps/codex-account-pool/scripts/cap");
  expect(pageText(SKILLS.clb)).not.toContain("ai-team-workflow");
});

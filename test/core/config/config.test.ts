import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Config,
  defaultConfig,
  readConfig,
  renderConfig,
  tomlOf,
} from "../../../lib/core/config/config.ts";
import { CONFIG_KEYS, pathOf } from "../../../lib/core/config/config_keys.ts";
import { EVENT_KINDS } from "../../../lib/core/event/kinds.ts";
import { ON_LIMIT } from "../../../lib/core/session/on_limit.ts";
import { PAID } from "../../../lib/core/pick/settings.ts";
import { POLICIES } from "../../../lib/core/pick/policy.ts";
import { tomlLines } from "../../../lib/core/text/toml_lines.ts";
import { parseToml } from "../../../lib/io/formats.ts";

const read = (text: string) => readConfig(parseToml(text, "config.toml"), tomlLines(text));
const sessions = (line: string) => read(`[sessions]\n${line}\n`);

const DEFAULTS: Config = {
  runner: {
    defaultCommand: "codex",
    defaultCommandArgs: [],
    loginCommand: "codex login",
    passEnv: [],
    onLimit: "tell",
    continue: true,
    unattendedHours: 12,
  },
  sessions: {
    aliasPattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
    assignmentHistoryWindow: 30,
    pickBehavior: "round_robin",
    policy: "score",
    paid: "last",
    shareFrom: "",
    share: ["AGENTS.md", "prompts", "skills", "rules"],
    staleSec: 420,
    busyPenalty: 5,
    unknownUsageLeftPercent: 30,
    usagePrimaryWeightPercent: 60,
    usageSecondaryWeightPercent: 40,
    restartPenaltyPerRestart: 2,
    restartPenaltyCap: 20,
    stalenessPenaltyMax: 10,
  },
  supervisor: { managed: "active", codex: "" },
  notify: {
    command: [],
    desktop: false,
    events: ["exhausted", "reset", "login-dead", "crash-loop"],
    nearPercent: 10,
  },
  aliases: new Map(),
  bind: new Map(),
};

describe("config.toml", () => {
  it("that is empty means the defaults", () => {
    expect(read("")).toEqual({ config: DEFAULTS, problems: [] });
    expect(readConfig(undefined, () => undefined)).toEqual({ config: DEFAULTS, problems: [] });
    expect(defaultConfig()).toEqual(DEFAULTS);
  });

  it("sets every key", () => {
    const text = `
[runner]
default_command = "npx codex"
default_command_args = ["--model", "a b"]
login_command = "codex login --device-auth"
pass_env = ["OPENAI_API_KEY"]
on_limit = "off"
continue = false
unattended_hours = 48
[sessions]
alias_pattern = "[a-z]+"
assignment_history_window = 1
pick_behavior = "last"
policy = "drain"
paid = "never"
share_from = "~/other"
share = ["skills"]
stale_sec = 1
busy_penalty = 0
unknown_usage_left_percent = 100
usage_primary_weight_percent = 0
usage_secondary_weight_percent = 1
restart_penalty_per_restart = 0
restart_penalty_cap = 0
staleness_penalty_max = 0
[supervisor]
managed = "none"
codex = "/opt/codex"
[notify]
command = ["tell-me", "a b"]
desktop = true
events = ["limit-near", "went-on"]
near_percent = 25
[alias.work]
reserve = 15
priority = -2
max_open = 3
[alias."me@home.example"]
`;
    expect(read(text)).toEqual({
      config: {
        runner: {
          defaultCommand: "npx codex",
          defaultCommandArgs: ["--model", "a b"],
          loginCommand: "codex login --device-auth",
          passEnv: ["OPENAI_API_KEY"],
          onLimit: "off",
          continue: false,
          unattendedHours: 48,
        },
        sessions: {
          aliasPattern: "[a-z]+",
          assignmentHistoryWindow: 1,
          pickBehavior: "last",
          policy: "drain",
          paid: "never",
          shareFrom: "~/other",
          share: ["skills"],
          staleSec: 1,
          busyPenalty: 0,
          unknownUsageLeftPercent: 100,
          usagePrimaryWeightPercent: 0,
          usageSecondaryWeightPercent: 1,
          restartPenaltyPerRestart: 0,
          restartPenaltyCap: 0,
          stalenessPenaltyMax: 0,
        },
        supervisor: { managed: "none", codex: "/opt/codex" },
        notify: {
          command: ["tell-me", "a b"],
          desktop: true,
          events: ["limit-near", "went-on"],
          nearPercent: 25,
        },
        aliases: new Map([
          ["work", { reserve: 15, priority: -2, maxOpen: 3 }],
          ["me@home.example", { reserve: 0, priority: 0, maxOpen: Infinity }],
        ]),
        bind: new Map(),
      },
      problems: [],
    });
  });

  it("reads a key by its older name, and says how it is called now", () => {
    const { config, problems } = read("[alias.work]\nmax_sessions = 3\n");
    expect(config.aliases.get("work")?.maxOpen).toBe(3);
    expect(problems).toEqual([
      {
        kind: "warning",
        path: "alias.work.max_sessions",
        line: 2,
        message: "alias.work.max_sessions is called max_open now",
      },
    ]);
    const both = read("[alias.work]\nmax_open = 2\nmax_sessions = 3\n");
    expect(both.config.aliases.get("work")?.maxOpen).toBe(2);
  });

  it.each([
    ["runner", 'default_command = ""'],
    ["runner", 'default_command = " \\t\\n"'],
    ["runner", 'login_command = " "'],
    ["sessions", 'alias_pattern = " "'],
    ["supervisor", 'codex = " "'],
  ])("takes a blank text in [%s] as the default: %s", (table, line) => {
    expect(read(`[${table}]\n${line}`)).toEqual({ config: DEFAULTS, problems: [] });
  });

  it.each([
    "assignment_history_window = 0",
    'pick_behavior = "best"',
    'policy = "fair"',
    "stale_sec = 0",
    "stale_sec = -1",
    "busy_penalty = -1",
    "unknown_usage_left_percent = -1",
    "unknown_usage_left_percent = 101",
    "usage_primary_weight_percent = -1",
    "usage_secondary_weight_percent = -1",
    "usage_primary_weight_percent = 0\nusage_secondary_weight_percent = 0",
    "restart_penalty_per_restart = -1",
    "restart_penalty_cap = -1",
    "staleness_penalty_max = -9223372036854775808",
  ])("takes a value out of range as the default, and says so: %s", (line) => {
    const { config, problems } = sessions(line);
    expect(config).toEqual(DEFAULTS);
    expect(problems).toMatchObject([{ kind: "warning", line: 2 }]);
  });

  it.each([
    ["reserve = -1", "alias.work.reserve is below 0: taken as 0"],
    ["reserve = 101", "alias.work.reserve is above 100: taken as 0"],
    ["max_open = 0", "alias.work.max_open is below 1: taken as no limit"],
    ["reserved = 5", "alias.work.reserved is not a key of agentlb; did you mean reserve?"],
  ])("takes what can't be wished of an alias as the default, and says so: %s", (line, message) => {
    const { config, problems } = read(`[alias.work]\n${line}`);
    expect(config.aliases.get("work")).toEqual({ reserve: 0, priority: 0, maxOpen: Infinity });
    expect(problems).toEqual([{ kind: "warning", path: expect.any(String), line: 2, message }]);
  });

  it.each([
    ["alias = 5", "alias must be a table, not a whole number"],
    ["[alias]\nreserve = 5", "alias.reserve must be a table, not a whole number"],
    [
      "[alias.work]\nreserve = 0.5",
      "alias.work.reserve must be a whole number, not a number with a fraction",
    ],
  ])("calls a wrong wish for an alias an error: %j", (text, message) => {
    expect(read(text).problems).toMatchObject([{ kind: "error", message }]);
  });

  it("checks a weight before the sum of both", () => {
    // -1 becomes 60 first, so the sum is not 0.
    const { config } = sessions("usage_primary_weight_percent = -1\nusage_secondary_weight_percent = 0");
    expect(config.sessions).toMatchObject({ usagePrimaryWeightPercent: 60, usageSecondaryWeightPercent: 0 });
  });

  it("takes no number larger than scores stay exact with", () => {
    const { config, problems } = sessions("busy_penalty = 9223372036854775807");
    expect(config.sessions.busyPenalty).toBe(90_000_000);
    expect(problems).toEqual([{
      kind: "warning",
      path: "sessions.busy_penalty",
      line: 2,
      message: "sessions.busy_penalty is very large: taken as 90000000",
    }]);
  });

  it.each([
    ["stale_sec = 420.0", "sessions.stale_sec must be a whole number, not a number with a fraction"],
    ['stale_sec = "420"', "sessions.stale_sec must be a whole number, not a text"],
    ["busy_penalty = true", "sessions.busy_penalty must be a whole number, not true or false"],
    ["assignment_history_window = -1", "sessions.assignment_history_window must be a whole number from 0"],
    ["alias_pattern = 1", "sessions.alias_pattern must be a text in quotes, not a whole number"],
    ["pick_behavior = 2026-11-20", "sessions.pick_behavior must be a text in quotes, not a time"],
    ["alias_pattern = {}", "sessions.alias_pattern must be a text in quotes, not a table"],
  ])("calls a wrong type an error with its line: %s", (line, message) => {
    const { config, problems } = sessions(`# a comment\n\n${line}`);
    expect(config).toEqual(DEFAULTS);
    expect(problems).toMatchObject([{ kind: "error", line: 4, message: expect.stringContaining(message) }]);
  });

  it.each(['"a"', "[1]", '["a", 1]', "{}"])(
    "takes nothing but a list of texts for arguments: %s",
    (value) => {
      expect(read(`[runner]\ndefault_command_args = ${value}`).problems).toMatchObject([{
        kind: "error",
        line: 2,
      }]);
    },
  );

  it.each([
    ["[sessions]\nstale_secs = 1", "sessions.stale_secs is not a key of agentlb; did you mean stale_sec?", 2],
    [
      "[sessions]\nbuzy_penalti = 1",
      "sessions.buzy_penalti is not a key of agentlb; did you mean busy_penalty?",
      2,
    ],
    ["[sessions]\nfoo = 1", "sessions.foo is not a key of agentlb", 2],
    ["[sessions]\nconstructor = 1", "sessions.constructor is not a key of agentlb", 2],
    ["[sesions]\nstale_sec = 1", "[sesions] is not a part of agentlb's settings; did you mean sessions?", 1],
    ["\n[[cake]]\n", "cake is not a part of agentlb's settings", 2],
    ["[__proto__]\nx = 1", "[__proto__] is not a part of agentlb's settings", 1],
    ["stale_sec = 1", "stale_sec must be under [sessions]", 1],
    ["reserve = 1", "reserve must be under [alias.<name>]", 1],
    ["[alais.work]\nreserve = 1", "[alais] is not a part of agentlb's settings; did you mean alias?", 1],
    ["color = 1", "color is not a part of agentlb's settings", 1],
  ])("warns of what it doesn't know: %j", (text, message, line) => {
    const { config, problems } = read(text);
    expect(config).toEqual(DEFAULTS);
    expect(problems).toMatchObject([{ kind: "warning", line, message }]);
  });

  it("calls a key with a table's name an error", () => {
    expect(read("sessions = 5").problems).toEqual([
      { kind: "error", path: "sessions", line: 1, message: "sessions must be a table, not a whole number" },
    ]);
  });

  it("reports every problem at once and still reads the rest", () => {
    const { config, problems } = sessions('stale_sec = "x"\nfoo = 1\nbusy_penalty = 9');
    expect(config.sessions).toMatchObject({ staleSec: 420, busyPenalty: 9 });
    expect(problems.map(({ kind, line }) => [kind, line])).toEqual([["error", 2], ["warning", 3]]);
  });
});

describe("the config that is written", () => {
  it("has every key with its default, what it does and when to change it, and reads back as the defaults", () => {
    const text = renderConfig();
    expect(read(text)).toEqual({ config: DEFAULTS, problems: [] });
    for (const key of CONFIG_KEYS) {
      expect(tomlLines(text)(pathOf(key)), pathOf(key)).toBeDefined();
      for (const words of [key.effect, key.raise, key.lower, key.typical]) expect(text).toContain(words);
    }
    expect(text).toContain(`
# leaves out sessions whose reading is older, in seconds (default 420)
#   raise it when readings come rarely and older ones are good enough
#   lower it when only very fresh readings should count
#   typical: 300–900
stale_sec = 420
`);
  });

  it("shows the settings of one alias as they would be written, and another policy, in comments", () => {
    const text = renderConfig();
    const spoken = text.replace(/^# (policy|\[alias|reserve|priority|max_open)/gm, "$1")
      .replace(/^policy = "score"\n/m, "");
    expect(read(spoken)).toMatchObject({
      problems: [],
      config: { sessions: { policy: "adaptive" }, aliases: new Map([["work", { maxOpen: 3 }]]) },
    });
  });

  it("binds folders to one session or several, and refuses what it does not understand", () => {
    const bind = (line: string) => read(`[bind]\n${line}\n`);
    expect(bind('"~/acme" = "work"\n"/srv/x" = ["a", "b"]')).toMatchObject({
      problems: [],
      config: { bind: new Map([["~/acme", ["work"]], ["/srv/x", ["a", "b"]]]) },
    });
    for (const line of ['"acme" = ["a"]', '"/x" = []', '"/x" = [""]', '"/x" = 3', '"~other/x" = ["a"]']) {
      expect(bind(line)).toMatchObject({
        problems: [{ kind: "error", line: 2 }],
        config: { bind: new Map() },
      });
    }
  });

  it("leaves out kinds of events that it does not know", () => {
    expect(read('[notify]\nevents = ["reset", "rest"]\n')).toMatchObject({
      config: { notify: { events: ["reset"] } },
      problems: [{ kind: "warning", line: 2, message: expect.stringContaining('taken as ["reset"]') }],
    });
    expect(read("[notify]\nevents = []\n")).toMatchObject({
      config: { notify: { events: [] } },
      problems: [],
    });
  });

  it("escapes what TOML forbids in a text", () => {
    expect(tomlOf('a"\\\x7f\n\ud800')).toBe('"a\\"\\\\\\u007f\\n\ufffd"');
    expect(tomlOf(["a", "b"])).toBe('["a", "b"]');
  });

  it("reads back as it was for all texts and numbers", () => {
    const text = fc.string({ unit: "binary" }).filter((text) => text.trim() !== "");
    const count = fc.nat(90_000_000);
    const config: fc.Arbitrary<Config> = fc.record({
      runner: fc.record({
        defaultCommand: text,
        defaultCommandArgs: fc.array(fc.string({ unit: "binary" })),
        loginCommand: text,
        passEnv: fc.array(text),
        onLimit: fc.constantFrom(...ON_LIMIT),
        continue: fc.boolean(),
        unattendedHours: count,
      }),
      sessions: fc.record({
        aliasPattern: text,
        assignmentHistoryWindow: fc.integer({ min: 1, max: 90_000_000 }),
        pickBehavior: fc.constantFrom("round_robin", "last"),
        policy: fc.constantFrom(...POLICIES),
        paid: fc.constantFrom(...PAID),
        shareFrom: text,
        share: fc.subarray(["AGENTS.md", "skills", "a b"]),
        staleSec: fc.integer({ min: 1, max: 90_000_000 }),
        busyPenalty: count,
        unknownUsageLeftPercent: fc.nat(100),
        usagePrimaryWeightPercent: fc.integer({ min: 1, max: 90_000_000 }),
        usageSecondaryWeightPercent: count,
        restartPenaltyPerRestart: count,
        restartPenaltyCap: count,
        stalenessPenaltyMax: count,
      }),
      supervisor: fc.record({ managed: fc.constantFrom("active", "all", "none"), codex: text }),
      notify: fc.record({
        command: fc.array(text),
        desktop: fc.boolean(),
        events: fc.subarray([...EVENT_KINDS]),
        nearPercent: fc.nat(100),
      }),
      aliases: fc.constant(new Map()),
      bind: fc.constant(new Map()),
    });
    fc.assert(
      fc.property(config, (config) => {
        expect(read(renderConfig(config))).toEqual({ config, problems: [] });
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

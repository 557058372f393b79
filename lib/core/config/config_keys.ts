import { EVENT_KINDS, type EventKind } from "../event/kinds.ts";
import { DEFAULT_ALIAS_PATTERN } from "../session/alias.ts";
import { POLICIES } from "../pick/policy.ts";
import { PAID } from "../pick/settings.ts";
import { ON_LIMIT } from "../session/on_limit.ts";
import { LARGEST_COUNT } from "../session/status.ts";

export type ConfigValue = string | number | boolean | readonly string[];

/** One key of config.toml: the rules for reading it, and its explanation for users. */
export interface ConfigKey {
  readonly table: "runner" | "sessions" | "supervisor" | "notify" | typeof ALIAS_TABLE;
  readonly name: string;
  /** An older name, still read, with a warning. */
  readonly formerly?: string;
  readonly default: ConfigValue;
  /** A number out of range, or a text not listed here, is read as the default, or left out of a list. Infinity = no limit. */
  readonly least?: number;
  readonly most?: number;
  readonly oneOf?: readonly string[];
  readonly effect: string;
  /** Empty for keys that are no quantity. */
  readonly raise: string;
  readonly lower: string;
  readonly typical: string;
  /** Another recommended value and the reason, written as a comment. */
  readonly alternative?: readonly [value: ConfigValue, why: string];
}

/** The table of a single alias. */
export const ALIAS_TABLE = "alias.<name>";

/** Every key of config.toml, in the order of the written file. */
export const CONFIG_KEYS: readonly ConfigKey[] = [
  key("runner", "default_command", "codex", {
    effect: "the command that runs in the picked session, split into words as a shell splits them",
  }),
  key("runner", "default_command_args", [], {
    effect: "arguments that follow it, each one word whatever it holds",
  }),
  key("runner", "login_command", "codex login", { effect: "the command that logs a new session in" }),
  key("runner", "pass_env", [], {
    effect:
      "which of CODEX_ACCESS_TOKEN, CODEX_API_KEY, OPENAI_API_KEY and CODEX_SQLITE_HOME the command may see",
  }),
  key("runner", "on_limit", "tell", {
    oneOf: ON_LIMIT,
    effect:
      "after a run that a used-up limit ended: tell (until when, and how to go on), wait and go on by itself, or " +
      "off (agentlb is replaced by the command and says nothing)",
  }),
  key("runner", "continue", true, {
    effect:
      "false switches off going on with a thread after a limit: agentlb continue, and every wait for a reset",
  }),
  key("runner", "unattended_hours", 12, {
    least: 0,
    effect: "how long a wait for a reset may go on, in hours; a later reset is only told",
    raise: "work should go on after a reset that is days away",
    lower: "nothing should start long after you have left",
    typical: "5–12",
  }),
  key("sessions", "alias_pattern", DEFAULT_ALIAS_PATTERN, {
    effect: "the regular expression that a whole alias must match",
  }),
  key("sessions", "assignment_history_window", 30, {
    least: 1,
    effect: "how many pick times are kept per alias",
  }),
  key("sessions", "pick_behavior", "round_robin", {
    oneOf: ["round_robin", "last"],
    effect: "kept for compatibility, has no effect",
  }),
  key("sessions", "policy", "score", {
    oneOf: POLICIES,
    effect: `the policy for choosing among eligible sessions: ${POLICIES.join(", ")}`,
    alternative: [
      "adaptive",
      "is recommended: it uses up what would lapse at a reset, and balances when quota is scarce",
    ],
  }),
  key("sessions", "paid", "last", {
    oneOf: PAID,
    effect:
      "when API keys, credits and providers without OpenAI login are picked: last (when no plan has anything left), never, or ranked like a plan",
  }),
  key("sessions", "share_from", "", {
    effect:
      "the folder, ~/.codex for most people, whose words, skills, rules and settings new sessions share; empty shares nothing, unless you said yes when asked",
  }),
  key("sessions", "share", ["AGENTS.md", "prompts", "skills", "rules"], {
    effect: "the files and folders in it that sessions get links to",
  }),
  key("sessions", "stale_sec", 420, {
    least: 1,
    effect: "leaves out sessions whose reading is older, in seconds",
    raise: "readings come rarely and older ones are good enough",
    lower: "only very fresh readings should count",
    typical: "300–900",
  }),
  key("sessions", "busy_penalty", 5, {
    least: 0,
    effect: "points subtracted per active turn",
    raise: "sessions at work should be avoided",
    lower: "throughput matters more than spreading",
    typical: "2–10",
  }),
  key("sessions", "unknown_usage_left_percent", 30, {
    least: 0,
    most: 100,
    effect: "used when no window is known",
    raise: "unknown sessions should look more usable",
    lower: "they should come later",
    typical: "10–50",
  }),
  key("sessions", "usage_primary_weight_percent", 60, {
    least: 0,
    effect: "weight of the short window",
    raise: "short-window (daily) pressure matters more",
    lower: "weekly balance matters more",
  }),
  key("sessions", "usage_secondary_weight_percent", 40, {
    least: 0,
    effect: "weight of the long window",
    raise: "weekly balance across sessions matters more",
    lower: "short-window response matters more",
  }),
  key("sessions", "restart_penalty_per_restart", 2, {
    least: 0,
    effect: "points subtracted per recent restart",
    raise: "unstable sessions should be avoided soon",
    lower: "an occasional restart is fine",
    typical: "1–5",
  }),
  key("sessions", "restart_penalty_cap", 20, {
    least: 0,
    effect: "upper limit of the restart penalty",
    raise: "stability should weigh heavily",
    lower: "restart history should matter little",
    typical: "10–40",
  }),
  key("sessions", "staleness_penalty_max", 10, {
    least: 0,
    effect: "upper limit of the staleness penalty, reached as age nears stale_sec",
    raise: "nearly stale readings should count much less",
    lower: "mild staleness is fine",
    typical: "5–20",
  }),
  key("supervisor", "managed", "active", {
    oneOf: ["active", "all", "none"],
    effect: "which sessions have a codex app-server kept running: active, all or none",
  }),
  key("supervisor", "codex", "", {
    effect: "the codex program the supervisor runs; empty finds it as the default command and PATH do",
  }),
  key("notify", "command", [], {
    effect:
      "a program and its arguments that the supervisor runs at an event, with the event as JSON on stdin",
  }),
  key("notify", "desktop", false, { effect: "true shows a desktop notice at an event" }),
  key("notify", "events", ["exhausted", "reset", "login-dead", "crash-loop"] satisfies EventKind[], {
    oneOf: EVENT_KINDS,
    effect: `the events that are told so: ${EVENT_KINDS.join(", ")}`,
  }),
  key("notify", "near_percent", 10, {
    least: 0,
    most: 100,
    effect: "a limit is near when a window has less than this left, in percent",
    raise: "you want to know sooner",
    lower: "you want to know later; 0 = never",
    typical: "5–25",
  }),
];

/** Every key of an alias' own table. */
export const ALIAS_KEYS: readonly ConfigKey[] = [
  key(ALIAS_TABLE, "reserve", 0, {
    least: 0,
    most: 100,
    effect: "percent of each window that is kept while another session has anything left",
  }),
  key(ALIAS_TABLE, "priority", 0, {
    least: -LARGEST_COUNT,
    effect: "higher is picked first while it has anything left",
  }),
  key(ALIAS_TABLE, "max_open", Infinity, {
    formerly: "max_sessions",
    least: 1,
    effect: "not picked while this many are open",
  }),
];

/** The path of a key in messages and in `readConfig`: `sessions.stale_sec`. */
export function pathOf(key: ConfigKey): string {
  return `${key.table}.${key.name}`;
}

function key(
  table: ConfigKey["table"],
  name: string,
  value: ConfigValue,
  rest: Partial<ConfigKey> & { readonly effect: string },
): ConfigKey {
  return { table, name, default: value, raise: "", lower: "", typical: "", ...rest };
}

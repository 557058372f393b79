import { isTable, type Table } from "./layers.ts";

/** A setting of Codex that sessions may take over from the user's own config.toml, and the reason why it is harmless. */
interface Allowed {
  readonly keys: readonly string[];
  readonly why: string;
}

/**
 * The settings that are copied; everything else stays out. The names are those that Codex itself accepts with
 * `--strict-config`; older versions read `profile` and `profiles`.
 */
export const ALLOWED: readonly Allowed[] = [
  {
    keys: [
      "model",
      "review_model",
      "model_context_window",
      "model_auto_compact_token_limit",
      "model_verbosity",
      "personality",
      "service_tier",
      "web_search",
    ],
    why: "the model and how it answers",
  },
  {
    keys: [
      "model_reasoning_effort",
      "plan_mode_reasoning_effort",
      "model_reasoning_summary",
      "hide_agent_reasoning",
      "show_raw_agent_reasoning",
    ],
    why: "how much the model reasons, and what is shown of it",
  },
  {
    keys: [
      "approval_policy",
      "approvals_reviewer",
      "sandbox_mode",
      "sandbox_workspace_write",
      "default_permissions",
      "permissions",
      "shell_environment_policy",
      "allow_login_shell",
    ],
    why: "what commands may do without a question",
  },
  { keys: ["mcp_servers"], why: "the tools of the user; they use logins of their own" },
  { keys: ["profile", "profiles"], why: "sets of these settings under a name" },
  { keys: ["projects"], why: "which folders the user trusts" },
  {
    keys: [
      "developer_instructions",
      "compact_prompt",
      "project_doc_max_bytes",
      "project_doc_fallback_filenames",
      "project_root_markers",
      "tool_output_token_limit",
    ],
    why: "what the model is told",
  },
  {
    keys: ["notify", "tui", "notice", "file_opener", "disable_paste_burst"],
    why: "how Codex shows and tells things",
  },
  {
    keys: ["analytics", "feedback", "check_for_update_on_startup"],
    why: "what Codex sends home, which the user may have switched off",
  },
];

/** The only keys of some tables that are copied. */
const ONLY: Readonly<Record<string, readonly string[]>> = {
  analytics: ["enabled"],
  feedback: ["enabled"],
};

/** The settings that name a model, which means nothing to another provider. */
const MODELS: readonly string[] = ["model", "review_model"];

const KEYS = new Set(ALLOWED.flatMap(({ keys }) => keys));

/** The settings of the user that sessions take over, and the paths of those that they do not, in the order of the file. */
export interface Shared {
  readonly settings: Table;
  readonly leftOut: readonly string[];
}

/** A file that is a profile: its name, to go before the paths, and whether the settings below it name another provider. */
interface ProfileFile {
  readonly name: string;
  readonly isElsewhere: boolean;
}

/** The part of a parsed config.toml of Codex, or of a file that is a profile, that sessions take over. */
export function sharedSettings(document: Table, profile?: ProfileFile): Shared {
  const leftOut: string[] = [];
  const before = profile === undefined ? "" : `${profile.name}: `;
  return { settings: chosen(document, before, profile?.isElsewhere ?? false, leftOut), leftOut };
}

/** Tells whether settings name a provider that is not OpenAI; `below` = those that count where they name none. */
export function isElsewhere(settings: Table, below = false): boolean {
  const provider = settings.get("model_provider");
  return provider === undefined ? below : provider !== "openai";
}

function chosen(document: Table, before: string, below: boolean, leftOut: string[]): Table {
  const settings = new Map<string, unknown>();
  const isOthers = isElsewhere(document, below);
  for (const [key, value] of document) {
    const path = `${before}${key}`;
    const isInProfile = before !== "";
    if (
      !KEYS.has(key) || (isOthers && MODELS.includes(key)) ||
      (isInProfile && (key === "profile" || key === "profiles"))
    ) leftOut.push(path);
    else if (key === "profiles") settings.set(key, new Map(profilesIn(value, isOthers, leftOut)));
    else if (key === "projects") settings.set(key, new Map(projectsIn(value, leftOut)));
    else settings.set(key, withOnly(value, path, ONLY[key], leftOut));
  }
  return settings;
}

/** The profiles, each with the settings that are copied. */
function* profilesIn(
  value: unknown,
  isElsewhere: boolean,
  leftOut: string[],
): Iterable<readonly [string, Table]> {
  for (const [name, profile] of tableOf(value)) {
    yield [name, chosen(tableOf(profile), `profiles.${name}.`, isElsewhere, leftOut)];
  }
}

/** The projects, each with the user's trust alone. */
function* projectsIn(value: unknown, leftOut: string[]): Iterable<readonly [string, unknown]> {
  for (const [folder, project] of tableOf(value)) {
    const entries = tableOf(project);
    const others = [...entries.keys()].filter((key) => key !== "trust_level");
    for (const key of others) {
      // The folder says nothing that the user needs, and may be long.
      if (!leftOut.includes(`projects.*.${key}`)) leftOut.push(`projects.*.${key}`);
    }
    const trust = entries.get("trust_level");
    if (trust !== undefined) yield [folder, new Map([["trust_level", trust]])];
  }
}

/** A table with some of its keys; any other value as it is. */
function withOnly(
  value: unknown,
  path: string,
  keys: readonly string[] | undefined,
  leftOut: string[],
): unknown {
  if (keys === undefined || !isTable(value)) return value;
  leftOut.push(...[...value.keys()].filter((key) => !keys.includes(key)).map((key) => `${path}.${key}`));
  return new Map([...value].filter(([key]) => keys.includes(key)));
}

function tableOf(value: unknown): Table {
  return isTable(value) ? value : new Map();
}

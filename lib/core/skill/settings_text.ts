import type { Flavour } from "../pool/flavour.ts";

/** The configuration that a skill starts with: every key with its meaning and default, all commented out. */
export function settingsText(flavour: Flavour): string {
  const head = [
    `# Settings of ${flavour.name}. A line counts once its "# " is taken away; what stands there is the default.`,
    '# Relative paths start in the folder above this one, "~" is your home. A variable wins over its key.',
  ];
  const entries = keysOf(flavour).map(({ key, variables, explained, shown }) => [
    `# ${[`${flavour.prefix}${key.toUpperCase()}`, ...variables ?? []].join(", ")}: ${explained[0]}`,
    ...explained.slice(1).map((line) => `#   ${line}`),
    `# ${key}: ${shown}`,
  ]);
  return [head, ...entries].map((lines) => lines.map((line) => `${line}\n`).join("")).join("\n");
}

interface Key {
  readonly key: string;
  /** Further variables besides the one named like the key. */
  readonly variables?: readonly string[];
  /** The explanation, line by line. */
  readonly explained: readonly string[];
  /** The default, or an example where there is none. */
  readonly shown: string;
}

function keysOf({ authStrategies }: Flavour): Key[] {
  return [
    {
      key: "sources",
      explained: [
        "the folders that workers' homes are copied from: a list, or one line with commas.",
        "Those that are missing are named and left out. Only when none is named here, it is ~/.codex.",
      ],
      shown: '["~/.codex"]',
    },
    {
      key: "strategy",
      explained: [
        "which of them a worker gets:",
        "round_robin = the next in turn",
        "hash        = always the same one for the same name, and nothing is counted",
      ],
      shown: "round_robin",
    },
    {
      key: "state_file",
      explained: ["where turns and counts are kept."],
      shown: "share/state.json",
    },
    {
      key: "auth_team_dir",
      variables: ["AUTH_TEAM_DIR"],
      explained: ["the folder with one auth file per account. There is no default; an example:"],
      shown: "~/codex-accounts",
    },
    {
      key: "auth_team_glob",
      explained: ["which of its files are auth files; **/*.json looks into its folders as well."],
      shown: '"*"',
    },
    ...authStrategies.length < 2 ? [] : [{
      key: "auth_strategy",
      explained: [
        "which auth file a worker gets:",
        "balanced   = the one that was given out least; used-up accounts and dead logins only when nothing else is there",
        "team_cycle = the one that the team is on, until auth-advance or watch-team moves it on",
        "limits     = the one whose account lasts longest, by ~/.agentlb/readings.json, which agentlb's supervisor, status",
        "             and watch-team keep; without it the same as balanced",
      ],
      shown: "balanced",
    }],
    {
      key: "balanced_join",
      explained: [
        "what a new auth file starts with where they are balanced:",
        "min  = as often as the one that was given out least",
        "zero = never, so that it gets every worker until it has caught up",
      ],
      shown: "min",
    },
  ];
}

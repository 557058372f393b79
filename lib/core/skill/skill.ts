import { type Flavour, FLAVOURS } from "../pool/flavour.ts";

/** A pool program as a skill: a folder among the skills of Codex, where callers look for it. */
export interface Skill {
  readonly flavour: Flavour;
  /** The name of its folder, and of the skill. */
  readonly folder: string;
  /** One line, for the choice among skills. */
  readonly description: string;
  /** The caller's name for it, in its settings and messages. */
  readonly role: string;
  /** The line of the caller's settings that turns it on. */
  readonly switchedOnBy: string;
  /** The caller's settings for another program: a key, then a variable. */
  readonly overrides: readonly [key: string, variable: string];
  /** Other places where callers keep it, below the folder of skills. */
  readonly otherPlace?: string;
  /** Sentences about other settings of the caller that lead here. */
  readonly callerKeys: string;
}

export const SKILLS: Readonly<Record<"cap" | "clb", Skill>> = {
  cap: {
    flavour: FLAVOURS.cap,
    folder: "codex-account-pool",
    description:
      "Codex account pool for workers in tmux. Picks a CODEX_HOME source (round-robin or hash) and an auth.json for each " +
      "worker (balanced, team_cycle rotation or by limits), shows the 5h and weekly usage limits of every account " +
      "(/status), and rotates the team to the next account when one has hit its usage limit (watch-team). " +
      "For tmux-workflow (twf) and ai-team-workflow (atwf).",
    role: "account pool",
    switchedOnBy: "twf.account_pool.enabled: true",
    overrides: ["twf.account_pool.cmd", "TWF_ACCOUNT_POOL_CMD"],
    otherPlace: "ai-team-workflow/deps",
    callerKeys: ` What is set there for
\`twf.account_pool\`, or for \`cap\` in ai-team-workflow, comes as \`CAP_AUTH_TEAM_DIR\`, \`CAP_AUTH_TEAM_GLOB\`, \`CAP_AUTH_STRATEGY\`,
\`CAP_SOURCES\`, \`CAP_STRATEGY\` and \`CAP_STATE_FILE\`.`,
  },
  clb: {
    flavour: FLAVOURS.clb,
    folder: "codex-load-balancer",
    description:
      "Codex load balancer for workers in tmux. Picks a CODEX_HOME source (round-robin or hash) and an auth.json for each " +
      "worker, balanced over several accounts, and shows the 5h and weekly usage limits of each (/status). " +
      "For tmux-workflow (twf).",
    role: "load balancer",
    switchedOnBy: "twf_use_load_balancer: true",
    overrides: ["twf_load_balancer_cmd", "TWF_LOAD_BALANCER_CMD"],
    callerKeys: ` Its
\`twf_auth_team_dir\` and \`twf_auth_team_glob\` come as \`CLB_AUTH_TEAM_DIR\` and \`CLB_AUTH_TEAM_GLOB\`.`,
  },
};

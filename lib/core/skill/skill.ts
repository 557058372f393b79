import { type Flavour, FLAVOURS } from "../pool/flavour.ts";

/** A pool program as a skill: a folder among the skills of Codex, where callers look for it. */
export interface Skill {
  readonly flavour: Flavour;
  /** The name of its folder, and of the skill. */
  readonly folder: string;
  /** One line, for whoever chooses among skills. */
  readonly description: string;
  /** What the caller calls it, in its settings and its messages. */
  readonly role: string;
  /** The line of the caller's settings that turns it on. */
  readonly switchedOnBy: string;
  /** What names another program to the caller: a key, then a variable. */
  readonly overrides: readonly [key: string, variable: string];
  /** Where else callers keep it, below the folder of skills. */
  readonly otherPlace?: string;
}

export const SKILLS: Readonly<Record<"cap" | "clb", Skill>> = {
  cap: {
    flavour: FLAVOURS.cap,
    folder: "codex-account-pool",
    description:
      "Gives each worker of a tmux team a Codex home and an auth file out of a pool of accounts, " +
      "and moves the team on when an account is used up.",
    role: "account pool",
    switchedOnBy: "twf.account_pool.enabled: true",
    overrides: ["twf.account_pool.cmd", "TWF_ACCOUNT_POOL_CMD"],
    otherPlace: "ai-team-workflow/deps",
  },
  clb: {
    flavour: FLAVOURS.clb,
    folder: "codex-load-balancer",
    description:
      "Gives each worker of a tmux team a Codex home and an auth file, so that the load is spread.",
    role: "load balancer",
    switchedOnBy: "twf_use_load_balancer: true",
    overrides: ["twf_load_balancer_cmd", "TWF_LOAD_BALANCER_CMD"],
  },
};

export type Strategy = "round_robin" | "hash";
export type AuthStrategy = "balanced" | "team_cycle" | "limits";

/** One of the two pool programs, as data. */
export interface Flavour {
  readonly name: "cap" | "clb";
  /** Prefix of the environment variables that configure it. */
  readonly prefix: "CAP_" | "CLB_";
  /** The configuration file beside the program. */
  readonly configName: string;
  /** In the order of usage lines. */
  readonly commands: readonly string[];
  /** The first is the default; a single one is never named. */
  readonly authStrategies: readonly AuthStrategy[];
  /** The keys that `reset-state` keeps, in the order in which they are written. */
  readonly keptOnReset: readonly string[];
}

export const FLAVOURS: Readonly<Record<"cap" | "clb", Flavour>> = {
  cap: {
    name: "cap",
    prefix: "CAP_",
    configName: "cap_config.yaml",
    commands: [
      "where",
      "list",
      "pick",
      "pick-auth",
      "auth-current",
      "auth-advance",
      "reset-state",
      "status",
      "watch-team",
    ],
    authStrategies: ["balanced", "team_cycle", "limits"],
    keptOnReset: ["auth_order", "auth_current", "auth_order_updated_at", "auth_switched_at"],
  },
  clb: {
    name: "clb",
    prefix: "CLB_",
    configName: "clb_config.yaml",
    commands: ["where", "list", "pick", "pick-auth", "reset-state", "status"],
    authStrategies: ["balanced"],
    keptOnReset: [],
  },
};

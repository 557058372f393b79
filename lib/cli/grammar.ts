import { SIMULATION_FLAGS } from "./simulation_wish.ts";

/** What may stand behind a command. */
export interface Shape {
  /** What the one word after the command is, if there may be one. */
  readonly takes?: string;
  readonly flags?: readonly string[];
  readonly runs?: boolean;
}

/** Every option there is; what takes a value names it. */
export const OPTIONS = {
  cmd: { type: "string", value: "<command>" },
  "login-cmd": { type: "string", value: "<command>" },
  "print-command": { type: "boolean" },
  shell: { type: "string", value: "<shell>" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
  json: { type: "boolean" },
  force: { type: "boolean" },
  background: { type: "boolean" },
  to: { type: "string", value: "<dir>" },
  copy: { type: "boolean" },
  link: { type: "boolean" },
  "dry-run": { type: "boolean" },
  policy: { type: "string", value: "<policy>" },
  prefer: { type: "string", value: "<alias>" },
  "no-exhausted": { type: "boolean" },
  markdown: { type: "boolean" },
  history: { type: "boolean" },
  scenario: { type: "string", value: "<name>" },
  seed: { type: "string", value: "<n>" },
  seeds: { type: "string", value: "<n>,<n>…" },
  "seeds-from": { type: "string", value: "<hex>" },
} as const;
export type Option = keyof typeof OPTIONS;

/** Options that every command accepts, before it and after it. */
export const EVERYWHERE: readonly string[] = ["cmd", "login-cmd", "print-command", "shell", "help"];

/** Options of what picks the best session. */
export const DEMANDS: readonly Option[] = ["policy", "prefer", "no-exhausted"];

/** Every command, by its words. */
export const SHAPES: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ["", { flags: ["version", ...DEMANDS], runs: true }],
  ["new", { takes: "target", flags: DEMANDS, runs: true }],
  ["rr", { runs: true }],
  ["last", { runs: true }],
  ["pick", { flags: ["json", ...DEMANDS] }],
  ["status", { flags: ["json", "policy"] }],
  ["login", { takes: "alias", flags: ["force"] }],
  ["rm", { takes: "target", flags: ["force"] }],
  ["pause", { takes: "target" }],
  ["unpause", { takes: "target" }],
  ["why", { takes: "alias", flags: ["json", "policy", "prefer"] }],
  ["forecast", { flags: ["json"] }],
  ["simulate", { flags: SIMULATION_FLAGS }],
  ["supervisor", {}],
  ["supervisor start", { flags: ["background"] }],
  ["supervisor restart", {}],
  ["supervisor stop", {}],
  ["supervisor daemon", {}],
  ["config", {}],
  ["config init", { flags: ["force"] }],
  ["skill", {}],
  ["skill install", { takes: "skill", flags: ["to", "copy", "link", "dry-run"] }],
  ["skill remove", { takes: "skill", flags: ["to", "dry-run"] }],
  ["help", { takes: "command" }],
]);
/** Words that another word follows. */
export const FAMILIES: readonly string[] = ["supervisor", "config", "skill"];

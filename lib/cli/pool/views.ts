import { printable } from "../../core/text/printable.ts";
import type { Flavour } from "../../core/pool/flavour.ts";
import type { PoolSettings } from "../../app/pool/load.ts";

/** The output of `where`: the predecessor's lines, then ours. */
export function whereText(flavour: Flavour, settings: PoolSettings, sources: readonly string[]): string {
  const lines = [
    `skill_dir:  ${settings.skillDir}`,
    `config:     ${settings.configFile}`,
    `strategy:   ${settings.strategy}`,
    ...flavour.authStrategies.length > 1 ? [`auth_strategy: ${settings.authStrategy}`] : [],
    `state_file: ${settings.stateFile}`,
    `auth_team_dir: ${settings.authTeamDir ?? ""}`,
    `auth_team_glob: ${settings.authTeamGlob}`,
    "sources:",
    ...sources.map((source) => `  - ${source}`),
    `balanced_join: ${settings.balancedJoin}`,
    `config_reading: ${settings.configReading}`,
    `found_by: ${settings.rule}`,
    ...settings.notUnderstood.length > 0 ? ["not_understood:"] : [],
    ...settings.notUnderstood.map((words) => `  - ${printable(words)}`),
  ];
  return `${lines.join("\n")}\n`;
}

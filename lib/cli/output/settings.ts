import { jsonText } from "./json.ts";

/** A setting as it counts now. */
export interface SettingValue {
  readonly key: string;
  /** Absent = no limit. */
  readonly value?: string | number | boolean | readonly string[];
  /** Absent = no limit, or for a bound folder, which has none. */
  readonly default?: string | number | boolean | readonly string[];
  readonly from: "default" | "file" | "variable";
  /** The line of config.toml, from 1. */
  readonly line?: number;
  /** The name of the variable. */
  readonly variable?: string;
}

/** `agentlb config show --json`. */
export interface SettingsOutput {
  readonly schema: "agentlb.settings/1";
  /** The path of config.toml, which need not exist. */
  readonly file: string;
  readonly settings: readonly SettingValue[];
  readonly variables: readonly {
    readonly name: string;
    /** What counts now; empty = nothing. */
    readonly value: string;
    readonly from: "default" | "variable";
  }[];
}

/** `agentlb config get --json`. */
export interface SettingOutput extends SettingValue {
  readonly schema: "agentlb.setting/1";
  readonly file: string;
}

/** `agentlb config set --json`. */
export interface ChangedSettingOutput {
  readonly schema: "agentlb.setting-changed/1";
  readonly file: string;
  readonly before: SettingValue;
  readonly after: SettingValue;
}

/** `agentlb config path --json`. */
export interface ConfigPathOutput {
  readonly schema: "agentlb.config-path/1";
  readonly file: string;
  readonly exists: boolean;
}

/** What `agentlb config init --json` prints. */
export interface ConfigInitOutput {
  readonly schema: "agentlb.config-init/1";
  /** The path of config.toml, which has every setting with its default now. */
  readonly path: string;
}

/** The output of `agentlb config init --json`. */
export function configInitJson(path: string): string {
  return jsonText<ConfigInitOutput>({ schema: "agentlb.config-init/1", path });
}

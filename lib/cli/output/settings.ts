import { jsonText } from "./json.ts";

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

import type { Config } from "../../core/config/config.ts";
import type { Layout } from "../../core/system/layout.ts";
import type { Host } from "../../io/host.ts";

/** The context of every check. */
export interface Around {
  readonly host: Host;
  readonly layout: Layout;
  /** The settings; the defaults if the file is unreadable. */
  readonly config: Config;
}

import type { Config } from "../../core/config/config.ts";
import type { Layout } from "../../core/system/layout.ts";
import type { Host } from "../../io/host.ts";

/** What every check may look at. */
export interface Around {
  readonly host: Host;
  readonly layout: Layout;
  /** The settings, or their defaults where the file can't be read. */
  readonly config: Config;
}

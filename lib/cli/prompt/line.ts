import { type Config, defaultConfig } from "../../core/config/config.ts";
import { checkFormat, type Glimpse, statusLine } from "../../core/pick/report/statusline.ts";
import type { Layout } from "../../core/system/layout.ts";
import { loadConfig } from "../../app/config/load.ts";
import { glimpse } from "../../app/pick/glimpse.ts";
import { pathsOf } from "../../app/session/sessions.ts";
import type { Host } from "../../io/host.ts";

/** Prints the line of a prompt. Throws the usage failure for an unknown placeholder in the format. */
export async function printLine(host: Host, format: string | undefined): Promise<number> {
  if (format !== undefined) checkFormat(format);
  const found = await glimpseSafely(host);
  host.out(`${found === undefined ? "" : statusLine(found, host.clock.now(), format)}\n`);
  return 0;
}

/** What there is to show; nothing, whatever is wrong: a prompt must not break. */
export async function glimpseSafely(host: Host): Promise<Glimpse | undefined> {
  try {
    const layout = pathsOf(host);
    return await glimpse(host, layout, await settingsFor(layout));
  } catch {
    return undefined;
  }
}

/** Settings with an error count as not there, and nothing is said of them. */
async function settingsFor(layout: Layout): Promise<Config> {
  try {
    return await loadConfig({ err() {} }, layout);
  } catch {
    return defaultConfig();
  }
}

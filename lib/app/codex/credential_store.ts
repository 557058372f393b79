import { join } from "node:path";
import { readText } from "../../io/files/read.ts";
import { parseToml } from "../../io/formats.ts";

/**
 * The credential store of a home's Codex: "file", "keyring", "auto" or "ephemeral". A broken config.toml gives the
 * default, as in Codex.
 */
export function credentialStore(home: string): string {
  try {
    const file = join(home, "config.toml");
    const config = parseToml(readText(file) ?? "", file) as { cli_auth_credentials_store?: unknown };
    const store = config.cli_auth_credentials_store;
    return typeof store === "string" ? store : "file";
  } catch {
    return "file";
  }
}

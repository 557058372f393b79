import { join } from "node:path";
import { readText } from "../../io/files/read.ts";
import { parseToml } from "../../io/formats.ts";

/**
 * Where the Codex of a home keeps its login: "file", "keyring", "auto" or "ephemeral". Codex falls back to its defaults
 * when the file is broken, and so does this.
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

import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Sandbox } from "../../../rig/sandbox.ts";
import { login } from "./login.ts";

/**
 * Makes a `codex` whose login asks on the terminal for the account: the name of one of `accounts`, anything else fails.
 */
export function loginCodex(user: Sandbox, accounts: readonly string[], version = "0.171.0"): void {
  const folder = join(user.dir, "accounts");
  mkdirSync(folder);
  for (const account of accounts) {
    writeFileSync(join(folder, `${account}.json`), login(account), { mode: 0o600 });
  }
  const program = [
    "#!/bin/sh",
    'case "$1 $2" in',
    `  "--version "*) echo "codex-cli ${version}" ;;`,
    '  "login status") [ -e "$CODEX_HOME/auth.json" ] || { echo "Not logged in" >&2; exit 1; } ;;',
    '  "login "*)',
    '    echo "$*" >> "$HOME/../logins"',
    '    printf "account for $*: "; read account',
    `    [ -e '${folder}'/"$account.json" ] || exit 3`,
    `    cp '${folder}'/"$account.json" "$CODEX_HOME/auth.json" ;;`,
    "esac",
    "",
  ];
  writeFileSync(join(user.bin, "codex"), program.join("\n"));
  chmodSync(join(user.bin, "codex"), 0o755);
}

import type { Holder } from "../codex/account.ts";

type Named = Pick<Holder, "kind" | "email" | "plan">;

/** The name of a login for a line: `me@x`, `an API key`; undefined when it has none. */
export function accountName({ email, kind }: Named): string | undefined {
  if (email !== undefined) return email;
  if (kind === "unreadable") return "it can't be read";
  if (kind === "token") return "an access token";
  return kind === "apikey" ? "an API key" : undefined;
}

/** The end of a line on a login: ` (me@x), plan pro`; empty when nothing is known. */
export function accountTail(account: Named): string {
  const name = accountName(account);
  return `${name === undefined ? "" : ` (${name})`}${
    account.plan === undefined ? "" : `, plan ${account.plan}`
  }`;
}

/** The same for the end of "logged in": `: me@x, plan pro`. */
export function accountPhrase(account: Named): string {
  const parts = [accountName(account), account.plan === undefined ? undefined : `plan ${account.plan}`];
  const known = parts.filter((part) => part !== undefined);
  return known.length === 0 ? "" : `: ${known.join(", ")}`;
}

/** Names of sessions for a line: `"a"`, `"a" and "b"`, `"a", "b" and "c"`. */
export function quotedNames(aliases: readonly string[]): string {
  const quoted = aliases.map((alias) => `"${alias}"`);
  const last = quoted.pop() ?? "";
  return quoted.length === 0 ? last : `${quoted.join(", ")} and ${last}`;
}

import { type Candidate, isOfferable } from "../../core/completion/candidate.ts";
import { homeOf, type Layout } from "../../core/system/layout.ts";
import { accountIn } from "../codex/account_file.ts";
import { aliasesOf } from "../session/sessions.ts";

/** The aliases of all sessions with the emails of their logins. Changes nothing. */
export function knownAliases(layout: Layout): Candidate[] {
  return aliasesOf(layout).filter(isOfferable).map((alias) => ({
    text: alias,
    about: accountIn(homeOf(layout, alias)).email ?? "",
  }));
}

/** The emails that name one session. */
export function knownEmails(aliases: readonly Candidate[]): Candidate[] {
  const emails = aliases.map(({ about }) => about.toLowerCase());
  return aliases.flatMap(({ text, about }) =>
    about.includes("@") && isOfferable(about) &&
      emails.filter((email) => email === about.toLowerCase()).length === 1
      ? [{ text: about, about: text }]
      : []
  );
}

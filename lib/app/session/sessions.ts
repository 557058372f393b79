import { checkAlias, DEFAULT_ALIAS_PATTERN, patternFailure } from "../../core/session/alias.ts";
import { errnoOf, Failure } from "../../core/text/failure.ts";
import { homeOf, type Layout, layoutOf, rootFrom } from "../../core/system/layout.ts";
import { sortByBytes } from "../../core/text/byte_order.ts";
import { nearest } from "../../core/text/nearest.ts";
import { printable } from "../../core/text/printable.ts";
import { debugQuote } from "../../core/shell/quote.ts";
import { folderIdentity, foldersIn, ownerOfNewFile, ownFile, ownFolder } from "../../io/files/folders.ts";
import { exists, isFolder } from "../../io/files/read.ts";
import { accountIn } from "../codex/account_file.ts";
import type { Host } from "../../io/host.ts";

type Outside = Pick<Host, "env" | "uid" | "platform" | "system">;

/** Makes the folders of the root and returns its paths. Throws Failure for a root that can't be used. */
export function openRoot(host: Outside): Layout {
  const layout = layoutOf(rootOf(host));
  ensureLayout(host, layout);
  return layout;
}

/** The paths below the root; touches no file. */
export function pathsOf(host: Outside): Layout {
  return layoutOf(rootOf(host));
}

/** The paths below a root in which a move of a session was cut short, or is under way; undefined for any other. */
export function unsettledRoot(host: Outside): Layout | undefined {
  try {
    const layout = pathsOf(host);
    return exists(layout.move) ? layout : undefined;
  } catch {
    return undefined; // the command says what is wrong with the root
  }
}

/** The root folder; without `HOME` below the user home in `/etc/passwd`. */
function rootOf(host: Outside): string {
  if (!host.system.hasUserNumbers || host.env.AGENTLB_HOME || host.env.HOME !== undefined) {
    return rootFrom(host);
  }
  const home = host.uid === undefined ? undefined : host.system.homeOfUser(host.uid);
  if (home !== undefined) return rootFrom({ ...host, env: { ...host.env, HOME: home } });
  if (host.uid === undefined) return rootFrom(host);
  throw new Failure("failed", "HOME is not set", {
    verbatim: true,
    hint: `user ${host.uid} has no entry in /etc/passwd: set HOME, or AGENTLB_HOME to a folder of your own`,
  });
}

/** The paths below the root for a command that only reads: folders that can't be made are not needed. */
export function lookAtRoot(host: Outside): Layout {
  const layout = layoutOf(rootOf(host));
  try {
    ensureLayout(host, layout);
  } catch (error) {
    if (!["EROFS", "EACCES", "EPERM"].includes(errnoOf(error) ?? "")) throw error;
  }
  return layout;
}

/** Makes the folders below the root, each private to the user, and the lock file that all commands share. */
export function ensureLayout(host: Pick<Host, "uid" | "system">, layout: Layout): void {
  const isNumbered = host.uid === undefined && host.system.hasUserNumbers && isFolder(layout.root);
  const uid = isNumbered ? ownerOfNewFile(layout.root) : host.uid;
  for (const folder of [layout.root, layout.sessions, layout.state, layout.sessionStates, layout.locks]) {
    ownFolder(folder, uid);
  }
  ownFile(layout.stateLock, uid);
}

/** All aliases, in byte order: the folders below `sessions/`, and links to folders, whose names don't start with a dot. */
export function aliasesOf(layout: Layout): string[] {
  return sortByBytes(foldersIn(layout.sessions).filter((name) => !name.startsWith(".")));
}

/**
 * The alias that a target names: an alias, or the email of its login; with an `@` a session of exactly that name comes
 * first. Throws the usage failure unless exactly one login has that email.
 */
export function aliasFor(layout: Layout, target: string): string {
  const aliases = aliasesOf(layout);
  if (aliases.includes(target)) return target;
  const twin = twinOf(layout, target, aliases);
  if (twin !== undefined) return twin;
  if (!target.includes("@")) return target;
  const wanted = asciiLower(target);
  const matches = aliases.filter((alias) =>
    asciiLower(accountIn(homeOf(layout, alias)).email ?? "") === wanted
  );
  const [alias] = matches;
  if (alias !== undefined && matches.length === 1) return alias;
  const shown = debugQuote(target);
  const message = alias === undefined
    ? `no session found for email ${shown}; create one with: agentlb new <alias>`
    : `multiple sessions match email ${shown}: ${matches.join(", ")}; use alias explicitly`;
  throw new Failure("usage", message, { verbatim: true });
}

/** The alias of a session that exists, given by alias or email. Throws the usage failure for any other. */
export function knownAlias(host: Pick<Host, "platform">, layout: Layout, target: string): string {
  const alias = aliasFor(layout, target);
  checkKnownAlias(host, alias);
  if (!isFolder(homeOf(layout, alias))) throw missingSession(layout, alias);
  return alias;
}

/** On a case-insensitive file system, where `Work` and `work` are one name: the real name of the alias's folder. */
function twinOf(layout: Layout, target: string, aliases: readonly string[]): string | undefined {
  if (target === "" || /^\.|[\\/\0]/.test(target)) return undefined;
  const folder = folderIdentity(homeOf(layout, target));
  return folder && aliases.find((alias) => folderIdentity(homeOf(layout, alias)) === folder);
}

/** Throws the usage failure unless the user's pattern allows this name for a session. */
export async function checkNewAlias(
  { platform }: Pick<Host, "platform">,
  alias: string,
  pattern: string,
): Promise<void> {
  const { compilePattern } = await import("../../io/pattern.ts");
  const compiled = await compilePattern(pattern, DEFAULT_ALIAS_PATTERN);
  if ("problem" in compiled) throw patternFailure(pattern, compiled.problem);
  checkAlias(alias, pattern, compiled.matches, platform);
}

/** Throws the usage failure for a text that no pattern allows as an alias, such as a path. */
export function checkKnownAlias({ platform }: Pick<Host, "platform">, alias: string): void {
  checkAlias(alias, DEFAULT_ALIAS_PATTERN, () => true, platform);
}

/** The failure for an alias without a session, with the nearest that has one. */
export function missingSession(layout: Layout, alias: string): Failure {
  // One letter is as near as any other.
  const near = alias.length < 3 ? undefined : nearest(alias, aliasesOf(layout));
  return new Failure("usage", `session ${debugQuote(alias)} does not exist`, {
    verbatim: true,
    ...(near === undefined ? {} : { hint: `did you mean ${printable(near)}?` }),
  });
}

function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

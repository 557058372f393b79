import { basename } from "node:path";
import type { Found } from "../../core/thread/find.ts";
import { requestIn, type ThreadRequest, wordsFor } from "../../core/thread/request.ts";
import type { Thread } from "../../core/thread/thread.ts";
import type { Layout } from "../../core/system/layout.ts";
import type { Host } from "../../io/host.ts";
import { findThread } from "./find.ts";
import { boundElsewhere, problemOf, unnamed, wrongSession } from "./refusals.ts";

/** The thread that a command line goes on with, and the command line that names it by its id. */
export interface Route {
  readonly thread: Thread;
  /** The session to run in. */
  readonly alias: string;
  readonly words: readonly string[];
}

/** What is known of a command line beside its words. */
export interface RouteOptions {
  /** The number of its words that are the command, before those that the user added. */
  readonly ownWords: number;
  /** True when the command is that of the settings: Codex, or something that starts it. */
  readonly isUsual: boolean;
  /** The session that the user named. */
  readonly alias?: string | undefined;
  /** The sessions that the folder is bound to. */
  readonly bound?: { readonly folder: string; readonly aliases: readonly string[] } | undefined;
}

type RouteHost = Pick<Host, "env" | "platform" | "cwd">;

/**
 * The session that has the thread which a command line asks for; undefined when it asks for none. Throws Failure when
 * there is no such thread, or when another session has it: Codex would silently begin a new one.
 */
export function routeOf(
  host: RouteHost,
  layout: Layout,
  words: readonly string[],
  options: RouteOptions,
): Route | undefined {
  const start = startOfArguments(words, options);
  if (start === undefined) return undefined;
  const request = requestIn(words.slice(start));
  if (request === undefined || (request.wanted === undefined && !request.isExec)) return undefined;
  const { alias, bound } = options;
  const found = foundFor(host, layout, request, options);
  if (found.problem !== undefined) throw problemOf(host, layout, request, found);
  const { thread } = found;
  const owner = alias !== undefined && thread.alsoIn.includes(alias) ? alias : thread.alias!;
  if (alias !== undefined && owner !== alias) throw wrongSession(alias, thread);
  if (bound !== undefined && !bound.aliases.includes(owner)) throw boundElsewhere(bound, thread);
  const rest = wordsFor(words.slice(start), request, thread.id);
  return { thread, alias: owner, words: [...words.slice(0, start), ...rest] };
}

function foundFor(
  host: RouteHost,
  layout: Layout,
  request: ThreadRequest,
  { alias, bound }: RouteOptions,
): Found {
  const { wanted, folder } = request;
  if (wanted === undefined) throw unnamed(request);
  const among = alias === undefined ? bound?.aliases : [alias];
  const found = findThread(host, layout, wanted, { folder, among: among && new Set(among) });
  if (found.problem !== "none" || among === undefined) return found;
  // The session that has it is named.
  const elsewhere = findThread(host, layout, wanted, { folder });
  return elsewhere.problem === undefined ? elsewhere : found;
}

/** The place of the first word after the name of Codex; undefined when the command is another program. */
function startOfArguments(
  words: readonly string[],
  { ownWords, isUsual }: RouteOptions,
): number | undefined {
  const codex = words.slice(0, ownWords).findIndex((word) => /^codex(\W|$)/i.test(basename(word)));
  if (codex >= 0) return codex + 1;
  return isUsual ? ownWords : undefined;
}

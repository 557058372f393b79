import { join } from "node:path";
import type { Found } from "../../core/thread/find.ts";
import type { ThreadRequest } from "../../core/thread/request.ts";
import type { Thread } from "../../core/thread/thread.ts";
import { threadWords } from "../../core/thread/words.ts";
import { debugQuote, typed } from "../../core/shell/quote.ts";
import { homeVariable, variable } from "../../core/shell/surroundings.ts";
import type { Layout } from "../../core/system/layout.ts";
import { Failure } from "../../core/text/failure.ts";
import { nearest } from "../../core/text/nearest.ts";
import { printable } from "../../core/text/printable.ts";
import type { Host } from "../../io/host.ts";
import { threadsIn } from "./index.ts";

type Problem = Exclude<Found, { readonly problem?: undefined }>;

const SEE_ALL = "see: agentlb threads --all";

/** The failure for a command line whose thread can't be gone on with. */
export function problemOf(
  host: Pick<Host, "env" | "platform">,
  layout: Layout,
  request: ThreadRequest,
  found: Problem,
): Failure {
  switch (found.problem) {
    case "unknown": {
      const names = threadsIn(host, layout).flatMap(({ name }) => name ?? []);
      const near = nearest(found.word, names);
      const meant = near === undefined ? "" : `did you mean ${debugQuote(near)}? `;
      return failed(
        `no session has a thread with the id or name ${debugQuote(found.word)}`,
        `${meant}${SEE_ALL}`,
      );
    }
    case "ambiguous": {
      const several = found.threads.map((thread) => `${thread.id} of ${placeOf(thread)}`).join(", ");
      return failed(
        `several threads fit ${debugQuote(found.word)}: ${several}`,
        "give the id of one; for an id in several sessions also: agentlb new <alias> -- …",
      );
    }
    case "archived": {
      const { thread } = found;
      return failed(
        `${threadWords(thread)} of ${placeOf(thread)} is archived`,
        `unarchive it first: ${callIn(host, thread, ["unarchive", thread.id])}`,
      );
    }
    case "own":
      return failed(
        `${threadWords(found.thread)} is in your own Codex (${
          printable(found.thread.home)
        }), not in a session`,
        `go on there: ${callIn(host, found.thread, commandOf(request, found.thread))}`,
      );
    case "none": {
      const { own, isAnywhere } = found;
      const where = isAnywhere ? "" : " in this folder";
      return failed(
        `no session has a thread${where}`,
        own === undefined ? SEE_ALL : `your own Codex has one: ${callIn(host, own, commandOf(request, own))}`,
      );
    }
  }
}

/** The failure for a named session that is not the one with the thread. */
export function wrongSession(alias: string, thread: Thread): Failure {
  return failed(
    `${threadWords(thread)} is of session ${printable(thread.alias ?? "")}, not of ${printable(alias)}`,
    "leave out the name of the session, or name that one",
  );
}

/** The failure for a thread of a session to which the folder is not bound. */
export function boundElsewhere(
  { folder, aliases }: { readonly folder: string; readonly aliases: readonly string[] },
  thread: Thread,
): Failure {
  return failed(
    `${threadWords(thread)} is of session ${printable(thread.alias ?? "")}, and ${
      printable(folder)
    } is bound to ` +
      aliases.map((alias) => printable(alias)).join(", "),
    "to go on with it all the same, add --unbound",
  );
}

/** The failure for a command that needs a thread and names none. */
export function unnamed({ verb }: ThreadRequest): Failure {
  return failed(`codex exec ${verb} names no thread`, "give an id, a name or --last");
}

function failed(reason: string, hint: string): Failure {
  return new Failure("failed", `Cannot go on with a thread: ${reason}`, { hint });
}

function placeOf({ alias, home }: Thread): string {
  return alias === undefined ? `your own Codex (${printable(home)})` : `session ${printable(alias)}`;
}

function commandOf({ isExec, verb }: ThreadRequest, { id }: Thread): string[] {
  return [...isExec ? ["exec"] : [], verb, id];
}

/** The command line that does something in the home of a thread. */
function callIn(
  { env, platform }: Pick<Host, "env" | "platform">,
  { alias, home }: Thread,
  words: readonly string[],
): string {
  if (alias !== undefined) return `agentlb new ${typed(alias)} -- ${words.map(typed).join(" ")}`;
  const usual = join(variable(env, homeVariable(platform), platform) ?? "", ".codex");
  return home === usual
    ? `codex ${words.map(typed).join(" ")}`
    : `CODEX_HOME=${typed(home)} codex ${words.map(typed).join(" ")}`;
}

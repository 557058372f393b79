import { debugQuote, typed } from "../../core/shell/quote.ts";
import { homeOf, type Layout, trashedHomeOf } from "../../core/system/layout.ts";
import { Failure } from "../../core/text/failure.ts";
import { exists } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";
import { checkKnownAlias, checkNewAlias } from "../session/sessions.ts";
import { forgetAlias } from "./follow.ts";
import { carryOut, settle, settleLocked } from "./move.ts";
import { sweepTrashQuietly, trashedAs, trashOf } from "./trash.ts";

/**
 * Brings a removed session back from the trash, the newest that the target names, perhaps under another alias. Returns
 * its alias. Throws Failure when there is none, or a session of that name exists.
 */
export async function restoreSession(
  host: Host,
  layout: Layout,
  aliasPattern: string,
  target: string,
  as: string | undefined,
): Promise<string> {
  const settled = await settle(host, layout);
  const [found] = trashedAs(trashOf(layout), target);
  if (found === undefined) {
    const move = settled?.isFinished && settled.move.kind === "restore" ? settled.move : undefined;
    if (move !== undefined && move.alias === (as ?? target)) return move.alias;
    throw new Failure("usage", `Nothing in the trash is called ${debugQuote(target)}`, {
      hint: "to see what is there: agentlb restore",
    });
  }
  const alias = as ?? found.alias;
  if (as === undefined) checkKnownAlias(host, alias);
  else await checkNewAlias(host, as, aliasPattern);
  await withLock(host, layout.stateLock, async () => {
    await settleLocked(host, layout);
    if (exists(homeOf(layout, alias))) {
      throw new Failure("failed", `Cannot restore "${alias}": there is a session of that name`, {
        hint: `to give it another one: agentlb restore ${typed(found.name)} --as <alias>`,
      });
    }
    const isThere = exists(trashedHomeOf(layout, found.name));
    if (isThere) forgetAlias(host, layout, alias);
    if (!isThere || !await carryOut(host, layout, { kind: "restore", alias, trashed: found.name })) {
      throw new Failure("failed", `Cannot restore "${alias}": it is not in the trash any more`);
    }
  });
  await sweepTrashQuietly(host, layout);
  return alias;
}

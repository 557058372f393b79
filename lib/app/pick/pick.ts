import type { Config } from "../../core/config/config.ts";
import type { Layout } from "../../core/system/layout.ts";
import type { Host } from "../../io/host.ts";
import { ensureSupervisor } from "../daemon/ensure.ts";
import { aliasesOf, knownAlias } from "../session/sessions.ts";
import { boundSessions, checkBound } from "./bound.ts";
import { awaitReadings } from "./await_readings.ts";
import { choose, type ChooseOptions, type Ground, type How, peek, type Picked } from "./choose.ts";

/** The word for each ground of a pick, in JSON and in the library. */
export const GROUND_WORDS = {
  merit: "most left",
  return: "back first",
  fallback: "next in turn",
  turn: "next in turn",
  last: "last",
  name: "asked for",
} as const satisfies Record<Ground["on"], string>;

/** The options of `pick`. */
export interface PickOptions extends ChooseOptions {
  /** Only tells what would be picked, the best by policy: starts nothing, waits for nothing, changes no file. */
  readonly isPeek?: boolean;
}

/**
 * Picks a session and records the pick: starts the supervisor if needed and, for the best one, waits for readings.
 * `prefer` may be an alias or the email of a login. Only sessions that this folder is bound to are picked, or those
 * that the request names. Throws Failure when there is none to pick or to prefer.
 */
export async function pick(
  host: Host,
  layout: Layout,
  config: Config,
  how: How,
  { request = {}, isPeek = false, ...options }: PickOptions = {},
): Promise<Picked> {
  const { prefer, isUnbound } = request;
  const bound = isUnbound ? undefined : request.bound ?? await boundSessions(host, layout, config);
  const wanted = {
    ...request,
    ...(prefer === undefined ? {} : { prefer: knownAlias(host, layout, prefer) }),
    bound,
  };
  for (const alias of [wanted.prefer, typeof how === "object" ? how.alias : undefined]) {
    if (alias !== undefined) checkBound(bound, alias);
  }
  if (isPeek) return peek(host, layout, config, wanted);
  // Without a session it has nothing to do, and would keep the surroundings of a first try.
  await ensureSupervisor(host, layout, () => aliasesOf(layout).length > 0);
  const read = how === "best" ? await awaitReadings(host, layout, config, wanted) : undefined;
  return await choose(host, layout, config, how, { ...options, request: wanted, read });
}

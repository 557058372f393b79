import { exhaustionOf, exhaustionWords } from "../../../core/pick/exhaustion.ts";
import { type Known, loginKey } from "../../../core/session/readings_file.ts";
import { tellsDeadLogin } from "../../../core/codex/reasons.ts";
import type { PoolLogin } from "./team_memory.ts";
import { parseTime } from "../../../core/text/time.ts";
import { changedAt } from "../../../io/files/read.ts";

/** The known status of a pool's accounts. */
export interface Standings {
  readonly known: Known;
  readonly nowMs: number;
}

/** A candidate with a usable file. */
export interface Usable {
  readonly path: string;
  readonly login: PoolLogin;
}

/** The reason not to pick a candidate. */
export interface Hindrance {
  readonly kind: "paid" | "exhausted" | "login";
  readonly words: string;
}

/** The reason not to pick a candidate; undefined if there is none, or its status is unknown. */
export function hindranceOf(standings: Standings, { path, login }: Usable): Hindrance | undefined {
  const death = deathOf(standings, path);
  if (death !== undefined) return { kind: "login", words: `its login is dead (${death})` };
  if (login.isPaid) return { kind: "paid", words: "it is an API key, every turn costs money" };
  const { known, nowMs } = standings;
  const status = login.account === undefined ? undefined : known.get(login.account);
  const exhaustion = status && exhaustionOf(status, nowMs);
  if (exhaustion === undefined) return undefined;
  return { kind: "exhausted", words: exhaustionWords(exhaustion, nowMs) };
}

/** The probe result that shows a dead login in this file; undefined if the file was replaced since. */
export function deathOf({ known }: Standings, path: string): string | undefined {
  const login = known.get(loginKey(path));
  if (login === undefined || !tellsDeadLogin(login.lastProbeResult)) return undefined;
  const isReplaced = (changedAt(path) ?? 0) > (parseTime(login.lastProbeAt) ?? 0);
  return isReplaced ? undefined : login.lastProbeResult;
}

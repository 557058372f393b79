import { basename } from "node:path";
import type { Account } from "../../../core/codex/account.ts";
import { Failure } from "../../../core/text/failure.ts";
import type { Card } from "../../../core/pool/screen/card.ts";
import type { Look } from "../../../core/pool/screen/dialogue.ts";
import type { Flavour } from "../../../core/pool/flavour.ts";
import { type Reading, withoutLimits } from "../../../core/pool/limits/reading.ts";
import { renewalOf } from "../../../core/codex/renewal.ts";
import type { Host } from "../../../io/host.ts";
import { startTmux, type Tmux } from "../../../io/tmux.ts";
import { layoutOf, rootFrom } from "../../../core/system/layout.ts";
import { fingerprintOf } from "../../../io/files/read.ts";
import { codexOnPath } from "../../codex/codex_program.ts";
import { CodexVersions } from "../../codex/codex_version.ts";
import { findProgram } from "../../codex/find_program.ts";
import { ask } from "./ask.ts";
import { scrape } from "./scrape.ts";
import { tellReadings } from "./tell.ts";
import { openWorkshop, plainEnvironment, type Workshop } from "./temp_home.ts";
import { accountAt } from "../../codex/account_file.ts";
import { loginAt } from "../../codex/auth_file.ts";
import { holdersOf, notedLimits, type WorkerHome } from "./workers.ts";

/** The settings for reading limits. */
export interface ReadingWish {
  readonly flavour: Flavour;
  readonly via: "tmux" | "app-server";
  /** The home whose settings are used. Throws Failure without one. */
  source(): string;
  readonly disableMcp: boolean;
  readonly readyMs: number;
  readonly timeoutMs: number;
  readonly enterDelayMs: number;
  /** All homes of workers. */
  readonly workers: readonly WorkerHome[];
  /** The time since which a worker has its login, epoch milliseconds; undefined = unknown. */
  since(worker: WorkerHome): number | undefined;
  readonly interrupted: AbortSignal;
  /** Receives the numbers of finished and of all accounts. */
  progress?(done: number, all: number): void;
}

/** One auth file and its reading. */
export interface Read {
  readonly file: string;
  readonly name: string;
  readonly account: Account;
  readonly reading: Reading;
  /** True if Codex was not started because it might renew this login. */
  readonly isDue: boolean;
  /** The workers that have a copy of this login. */
  readonly holders: readonly WorkerHome[];
  /** The card on the screen, if a screen was read. */
  readonly card?: Card | undefined;
  readonly last?: Look;
}

type HostPart = Pick<
  Host,
  "clock" | "spawn" | "capture" | "env" | "err" | "random" | "cwd" | "platform" | "arch"
>;
type Started = Pick<Read, "reading" | "card" | "last"> & {
  /** Resolves when Codex has ended, or after the attempts to end it. */
  readonly gone: Promise<void>;
};
type Asker = (file: string, account: Account) => Promise<Started>;

/** Each Codex uses a whole processor in its first second. */
const AT_ONCE = 3;
const COLUMNS = 120;
const ROWS = 200;

/** The results, and the end of all started processes. */
export interface Readings {
  readonly all: readonly Read[];
  /** Resolves when all processes have ended; late if Codex waits for an answer. */
  readonly gone: Promise<void>;
}

/**
 * Reads auth files, up to three at once, with the results in order. Codex is not started with a login that it might
 * renew, which would invalidate copies of it. Throws Failure without Codex or the necessary tmux.
 */
export async function readLimits(
  host: HostPart,
  wish: ReadingWish,
  files: readonly string[],
): Promise<Readings> {
  const version = await versionOnPath(host);
  const plans = plansOf(host, wish, files, version);
  const isAsking = plans.some(({ reading }) => reading === undefined);
  const asker = isAsking ? await openAsker(host, wish, version) : undefined;
  const leaving: Promise<void>[] = [];
  const end = async () => {
    await Promise.all(leaving);
    await asker?.close();
  };
  try {
    let done = 0;
    wish.progress?.(done, plans.length);
    const all = await inTurn(plans, async ({ known, reading }): Promise<Read> => {
      if (reading !== undefined) {
        wish.progress?.(++done, plans.length);
        return { ...known, reading };
      }
      if (wish.interrupted.aborted || asker === undefined) return { ...known, reading: INTERRUPTED };
      const { gone, ...found } = await asker.ask(known.file, known.account);
      leaving.push(gone);
      wish.progress?.(++done, plans.length);
      return { ...known, ...found };
    });
    await tellReadings(host, all);
    return { all, gone: end() };
  } catch (error) {
    await end();
    throw error;
  }
}

/** The same; if Codex cannot be started, the failure becomes the reading of each account to ask. */
export async function readOrExplain(
  host: HostPart,
  wish: ReadingWish,
  files: readonly string[],
): Promise<Readings> {
  try {
    return await readLimits(host, wish, files);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const reason = error.message.replace(/^❌ /, "");
    const trouble = codexOnPath(host) === undefined ? "codex" : "other";
    const all = plansOf(host, wish, files, await versionOnPath(host)).map(({ known, reading }): Read => ({
      ...known,
      reading: reading ?? { kind: "failed", trouble, reason },
    }));
    return { all, gone: Promise.resolve() };
  }
}

const NO_CODEX = "codex not found on PATH";
const INTERRUPTED: Reading = { kind: "failed", trouble: "other", reason: "interrupted" };

interface Plan {
  readonly known: Omit<Read, "reading" | "card" | "last">;
  /** Undefined = Codex has to be asked. */
  readonly reading: Reading | undefined;
}

/** The version of codex, needed before a start to know whether that can renew a login. */
async function versionOnPath(host: HostPart): Promise<string | undefined> {
  const path = codexOnPath(host);
  const fingerprint = path === undefined ? undefined : fingerprintOf(path);
  if (path === undefined || fingerprint === undefined) return undefined;
  return await new CodexVersions(host, placesIn(host)).learn({ path, fingerprint });
}

/** The paths below the root; undefined without a root. */
function placesIn(host: HostPart) {
  try {
    return layoutOf(rootFrom(host));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return undefined;
  }
}

function plansOf(
  host: HostPart,
  wish: ReadingWish,
  files: readonly string[],
  version: string | undefined,
): Plan[] {
  return files.map((file) => {
    const account = accountAt(file);
    const problem = account.kind === "none" ? undefined : loginAt(file).problem;
    const isDue = problem === undefined && account.kind !== "token" && // which nothing renews
      renewalOf(account, host.clock.now(), version).kind === "possible";
    const known = { file, name: basename(file), account, isDue, holders: holdersOf(account, wish.workers) };
    const refused: Reading | undefined = problem === undefined
      ? undefined
      : { kind: "failed", trouble: "other", reason: `Codex can't read it: ${problem}` };
    return { known, reading: refused ?? withoutAsking(wish, account, isDue) };
  });
}

/** The reading without a start of Codex; undefined if Codex may be started. */
function withoutAsking(wish: ReadingWish, account: Account, isDue: boolean): Reading | undefined {
  if (account.kind === "apikey") return withoutLimits({ kind: "apiKey" });
  if (account.kind === "none") return withoutLimits({ kind: "loginRequired" });
  if (!isDue) return undefined;
  const noted = notedLimits(account, holdersOf(account, wish.workers), wish.since);
  if (noted === undefined) return { kind: "due" };
  return {
    kind: "limits",
    readings: noted.readings,
    source: { by: "worker", name: noted.name, at: noted.at },
  };
}

async function openAsker(
  host: HostPart,
  wish: ReadingWish,
  version: string | undefined,
): Promise<{ ask: Asker; close(): Promise<void> }> {
  const codex = codexOnPath(host);
  if (codex === undefined) throw verbatim(`❌ ${NO_CODEX}`);
  const source = wish.source();
  const workshop = openWorkshop(host, wish.flavour);
  try {
    const { desk } = workshop;
    const plan = { ...wish, codex, version, folder: desk };
    if (wish.via === "app-server") {
      return {
        ask(file, account) {
          const home = workshop.home(source, file, { disableMcp: wish.disableMcp, content: "settings" });
          return ask(host, { ...plan, home, account });
        },
        close: () => Promise.resolve(workshop.close()),
      };
    }
    const tmux = await openTmux(host, workshop);
    return {
      ask(file, account) {
        const home = workshop.home(source, file, { disableMcp: wish.disableMcp, content: "all" });
        return scrape(host, tmux, { ...plan, home, account });
      },
      async close() {
        await tmux.end();
        workshop.close();
      },
    };
  } catch (error) {
    workshop.close();
    throw error;
  }
}

async function openTmux(host: HostPart, workshop: Workshop): Promise<Tmux> {
  const file = findProgram("tmux", host);
  const failed = "❌ failed to start tmux session for status (is tmux installed?)";
  if (file === undefined) throw verbatim(failed);
  const env = plainEnvironment(host);
  try {
    return await startTmux(host, { file, folder: workshop.folder, env, columns: COLUMNS, rows: ROWS });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure("failed", `${failed}\n   ${error.message}`, { verbatim: true, cause: error });
  }
}

/** Runs all, three at a time, with the results in order. */
async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async () => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at]!);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, lane));
  return results;
}

function verbatim(message: string): Failure {
  return new Failure("failed", message, { verbatim: true });
}

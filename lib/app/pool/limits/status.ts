import { escaped } from "../../../core/text/json.ts";
import { basename } from "node:path";
import { Failure } from "../../../core/text/failure.ts";
import type { Flavour } from "../../../core/pool/flavour.ts";
import { isSet, type PoolOptions, textOption } from "../../../core/pool/options.ts";
import type { Origin } from "../../../core/pool/origin.ts";
import { seconds } from "../../../core/pool/number_options.ts";
import { blockOf, type Found, jsonOf, tableOf } from "../../../core/pool/status_text.ts";
import { twinsIn } from "../../../core/pool/state/shared_accounts.ts";
import { printable } from "../../../core/text/printable.ts";
import { renderTable } from "../../../core/text/table.ts";
import { byteOrder } from "../../../core/text/byte_order.ts";
import { isFolder } from "../../../io/files/read.ts";
import type { Host } from "../../../io/host.ts";
import { displayWidth } from "../../../io/width.ts";
import type { End } from "../../codex/run.ts";
import { listAuthFiles } from "../pick/auth_files.ts";
import { interruptible } from "./interrupt.ts";
import { loadPool, type PoolSettings, typedPath } from "../load.ts";
import { type Read, type ReadingWish, readLimits } from "./read_limits.ts";
import { readTeam, registryPath } from "../registry.ts";
import { type WorkerHome, workerHomes } from "./workers.ts";

/** `status TEAM_DIR`: prints what each account of a team has left; `drawn` is the table for programs unless given. */
export async function statusCommand(
  host: Host,
  flavour: Flavour,
  from: Origin,
  options: PoolOptions,
  drawn: (all: readonly Found[], nowMs: number) => string | Promise<string> = plainTable,
): Promise<End> {
  const wish = timingOf(options);
  // Codex needs a terminal for /status, which tmux provides.
  const via = viaOf(options, host.system.hasTmux ? "tmux" : "app-server");
  const settings = await loadPool(host, flavour, from);
  const dir = typedPath(host, settings, textOption(options, "team_dir") ?? "");
  if (!isFolder(dir)) throw refusal(`❌ team dir not found: ${dir}`);
  const glob = textOption(options, "glob") ?? settings.authTeamGlob;
  const files = [...listAuthFiles(dir, glob, settings.stateFile)].sort((a, b) =>
    byteOrder(basename(a), basename(b))
  );
  if (files.length === 0) throw refusal(`❌ no auth files found under ${dir} (glob='${glob}')`);
  const interrupt = interruptible();
  const shown = progressOn(host);
  try {
    const plan: ReadingWish = {
      progress: shown.tell,
      ...wish,
      flavour,
      via,
      source: () => settings.sources()[0] ?? "",
      disableMcp: isSet(options, "disable_mcp"),
      workers: await knownWorkers(host, settings),
      since: () => undefined,
      interrupted: interrupt.signal,
    };
    const { all, gone } = await readLimits(host, plan, files);
    shown.clear();
    if (interrupt.name() === undefined) {
      await show(host, dir, all.map(foundOf), options, drawn);
      nameTwins(host, all);
    }
    await patiently(host, gone);
    return interrupt.name() ?? 0;
  } finally {
    shown.clear();
    interrupt.release();
  }
}

/** A transient progress line on a terminal; nothing elsewhere. */
function progressOn({ isTerminal, err }: Pick<Host, "isTerminal" | "err">) {
  let isThere = false;
  return {
    tell(done: number, all: number): void {
      if (!isTerminal.error) return;
      isThere = true;
      err(`\r\u001b[Kasking accounts: ${done} of ${all} done`);
    },
    clear(): void {
      if (isThere) err("\r\u001b[K");
      isThere = false;
    },
  };
}

/** Waits for the ending processes, with a message if that takes long. */
export async function patiently(host: Pick<Host, "clock" | "err">, gone: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const all = gone.finally(() => over.abort());
  await Promise.race([all, host.clock.sleep(SOON_MS, over.signal)]);
  if (!over.signal.aborted) host.err("ℹ️ waiting for codex to end\n");
  await all;
}

const SOON_MS = 2000;

/** The time limits shared by `status` and `watch-team`. Throws Failure for an invalid number of seconds. */
export function timingOf(
  options: PoolOptions,
  timeout = "timeout",
): Pick<ReadingWish, "readyMs" | "timeoutMs" | "enterDelayMs"> {
  return {
    timeoutMs: seconds(options, timeout) * 1000,
    readyMs: seconds(options, "pre_send_wait") * 1000,
    enterDelayMs: seconds(options, "enter_delay") * 1000,
  };
}

/** The way of reading. Throws Failure for an unknown one. */
export function viaOf(options: PoolOptions, otherwise: ReadingWish["via"]): ReadingWish["via"] {
  const via = textOption(options, "via") ?? otherwise;
  if (via === "tmux" || via === "app-server") return via;
  throw refusal(`❌ --via must be tmux or app-server, not '${via}'`);
}

/** The homes of workers here; an unreadable registry names none. */
async function knownWorkers(host: Host, settings: PoolSettings): Promise<WorkerHome[]> {
  let named: { name: string; home: string }[] = [];
  try {
    const team = readTeam(host, settings, await registryPath(host, settings, undefined));
    named = team.map(({ full, home }) => ({ name: full, home }));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
  return workerHomes(host, settings, named);
}

export function foundOf({ file, name, account, reading, isDue, holders, card, last }: Read): Found {
  const { email, plan } = account;
  const names = holders.map((worker) => worker.name);
  return { file, name, email, plan: plan ?? card?.plan, reading, isDue, holders: names, card, last };
}

async function show(
  host: Host,
  dir: string,
  all: readonly Found[],
  options: PoolOptions,
  drawn: (all: readonly Found[], nowMs: number) => string | Promise<string>,
): Promise<void> {
  const now = host.clock.now();
  if (isSet(options, "json")) {
    return void host.out(`${escaped(JSON.stringify(jsonOf(dir, all, now), undefined, 2))}\n`);
  }
  if (isSet(options, "table")) return void host.out(await drawn(all, now));
  for (const found of all) host.out(blockOf(found, now, isSet(options, "print_raw")));
}

function plainTable(all: readonly Found[], nowMs: number): string {
  const { header, rows } = tableOf(all, nowMs);
  return renderTable(header, rows, displayWidth);
}

/** Reports files with the same account, which look like two accounts. */
function nameTwins(host: Pick<Host, "err">, all: readonly Read[]): void {
  for (const names of twinsIn(all)) {
    const shown = names.map((name) => printable(name));
    host.err(
      `ℹ️ ${shown.slice(0, -1).join(", ")} and ${shown.at(-1)} hold one account: they share its limits\n`,
    );
  }
}

function refusal(message: string): Failure {
  return new Failure("failed", message, { verbatim: true });
}

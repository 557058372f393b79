import type { ProcessIdentity } from "../system/identity.ts";
import { indent, objectOf, renderLines, textOf } from "../text/json.ts";
import { byteOrder } from "../text/byte_order.ts";
import type { Activity } from "./status.ts";

/** A live process that runs, or is about to run, Codex in a session. */
export interface Lease extends ProcessIdentity {
  /** Start of the lease, epoch milliseconds. */
  readonly atMs: number;
}

/** Who holds an alias: live processes and printed picks. */
export interface Claims {
  readonly leases: readonly Lease[];
  /** Times of picks that were printed for a later start, epoch milliseconds; no two are the same. */
  readonly reservations: readonly number[];
}

/** state/leases.json, by alias. */
export type Leases = ReadonlyMap<string, Claims>;

/** The holder of a new pick: a process, or the reader of the printed output. */
export type Claim = { readonly by: ProcessIdentity } | "reservation";

/** Lifetime of a reservation, unless a thread is opened for it before. */
export const RESERVED_MS = 60_000;

const NONE: Claims = { leases: [], reservations: [] };

/** Reads the file leniently: entries that make no sense are left out. Throws Error unless it is a JSON object. */
export function parseLeases(text: string): Leases {
  const file = objectOf(JSON.parse(text));
  if (file === undefined) throw new Error("not an object");
  const aliases = objectOf(file.get("aliases")) ?? new Map<string, unknown>();
  return new Map(
    Array.from(aliases, ([alias, value]): [string, Claims] => {
      const claims = objectOf(value);
      return [alias, {
        leases: listOf(claims?.get("leases")).flatMap(leaseIn),
        reservations: listOf(claims?.get("reservations")).filter((ms) => isWhole(ms)),
      }];
    }),
  );
}

export function renderLeases(leases: Leases): string {
  const aliases = [...leases]
    .filter(([, claims]) => claims.leases.length + claims.reservations.length > 0)
    .sort(([a], [b]) => byteOrder(a, b))
    .map(([alias, claims]) => [alias, plain(claims)] as const);
  return `{\n  "v": 1,\n${indent(`"aliases": ${renderLines(aliases)}`)}\n}\n`;
}

/** The valid claims: leases of live processes, and reservations that are not too old. */
export function holding(leases: Leases, nowMs: number, isAlive: (lease: Lease) => boolean): Leases {
  return new Map(Array.from(leases, ([alias, claims]) => [alias, {
    leases: claims.leases.filter(isAlive),
    reservations: claims.reservations.filter((ms) => isFresh(ms, nowMs)),
  }]));
}

/** Adds one claim. */
export function claimed(leases: Leases, alias: string, claim: Claim, nowMs: number): Leases {
  const old = leases.get(alias) ?? NONE;
  return new Map(leases).set(
    alias,
    claim === "reservation"
      ? { ...old, reservations: [...old.reservations, Math.max(nowMs, 1 + Math.max(0, ...old.reservations))] }
      : { ...old, leases: [...old.leases, { ...claim.by, atMs: nowMs }] },
  );
}

/** The number of an alias' claims without an open thread; those with one are counted as threads. */
export function unopened(claims: Claims | undefined, activity: Activity | undefined, nowMs: number): number {
  if (claims === undefined) return 0;
  const { leases, reservations } = claims;
  const { leased = [], redeemed = [] } = activity ?? {};
  return leases.filter(({ pid }) => !leased.includes(pid)).length +
    reservations.filter((ms) => isFresh(ms, nowMs) && !redeemed.includes(ms)).length;
}

/** Checks both directions: after the clock was set back a reservation must not last forever. */
function isFresh(ms: number, nowMs: number): boolean {
  return Math.abs(nowMs - ms) < RESERVED_MS;
}

function leaseIn(value: unknown): Lease[] {
  const lease = objectOf(value);
  const [pid, atMs] = [lease?.get("pid"), lease?.get("at")];
  if (!isWhole(pid) || pid < 1) return [];
  return [{
    pid,
    startTime: textOf(lease?.get("start")),
    bootId: textOf(lease?.get("boot")),
    atMs: isWhole(atMs) ? atMs : 0,
  }];
}

function plain({ leases, reservations }: Claims) {
  return {
    leases: leases.map(({ pid, startTime, bootId, atMs }) => ({
      pid,
      start: startTime,
      boot: bootId,
      at: atMs,
    })),
    reservations,
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

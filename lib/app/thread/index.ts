import { sep } from "node:path";
import { threadNames, turnsIn } from "../../core/codex/threads/rollout_facts.ts";
import { isSameAccount } from "../../core/codex/account_key.ts";
import { type Index, type IndexEntry, parseIndex, renderIndex } from "../../core/thread/index_file.ts";
import type { Thread } from "../../core/thread/thread.ts";
import {
  archivedRolloutsOf,
  type Layout,
  rolloutsOf,
  threadLocksOf,
  threadNamesOf,
} from "../../core/system/layout.ts";
import { errnoOf, UnfitFile } from "../../core/text/failure.ts";
import { readText, realPath } from "../../io/files/read.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";
import { replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { lockHolders, openThreads } from "../../io/process/lock_table.ts";
import { accountIn } from "../codex/account_file.ts";
import { openRollouts } from "../codex/open_by.ts";
import { glanceAt } from "../session/state_file.ts";
import { type Place, placesOf } from "./places.ts";
import { counted, entryOf, rolloutsBelow } from "./rollouts.ts";

/** A folder of rollouts, with every home that has it. */
interface Folder {
  readonly path: string;
  readonly isArchived: boolean;
  readonly places: Place[];
}

type ThreadHost = Pick<Host, "env" | "platform">;

/** The threads of all homes, and the index that they are from. */
export interface Indexed {
  readonly threads: readonly Thread[];
  readonly index: Index;
}

/** The threads of all sessions and of the user's own Codex, the one with the newest line first. */
export function threadsIn(host: ThreadHost, layout: Layout): readonly Thread[] {
  return readThreads(host, layout).threads;
}

/**
 * The same, with the index. Only rollouts that have changed are read, their beginning and end; what they tell is kept
 * in state/threads.json.
 */
export function readThreads(host: ThreadHost, layout: Layout): Indexed {
  const places = placesOf(host, layout);
  const before = glanceAt(layout.threads, parseIndex) ?? new Map<string, IndexEntry>();
  const index = new Map<string, IndexEntry>();
  const owners = new Map<string, Folder>();
  for (const folder of foldersOf(places)) {
    for (const path of rolloutsBelow(folder.path)) {
      if (owners.has(path)) continue;
      const entry = entryOf(path, before);
      if (entry === undefined) continue;
      index.set(path, entry);
      owners.set(path, folder);
    }
  }
  keep(layout, before, index);
  const open = openIn(layout, places);
  const names = new Map(places.map(({ home }) => [home, namesIn(home)]));
  const threads = [...index].flatMap(([rollout, { facts, marks }]): Thread[] => {
    if (facts === undefined) return [];
    const { places, isArchived, path } = owners.get(rollout)!;
    const owner = ownerOf(places, path, facts);
    const { alias, home } = owner;
    return [{
      ...facts,
      name: places.map((place) => names.get(place.home)?.get(facts.id)).find((name) => name !== undefined),
      alias,
      home,
      alsoIn: places.flatMap((place) => place === owner || place.alias === undefined ? [] : [place.alias]),
      rollout,
      isArchived,
      isOpen: places.some((place) => open.get(place.home)?.has(facts.id)),
      turns: turnsIn(marks),
    }];
  });
  return { threads: threads.sort((a, b) => b.lastAt - a.lastAt), index };
}

/** Some of the threads with all their turns counted, for which long rollouts are read whole, once. */
export function withTurns(
  layout: Layout,
  { index }: Pick<Indexed, "index">,
  threads: readonly Thread[],
): Thread[] {
  const whole = new Map(index);
  const all = threads.map((thread) => {
    const entry = index.get(thread.rollout);
    if (entry === undefined || entry.isCounted) return thread;
    const known = counted(thread.rollout, entry);
    whole.set(thread.rollout, known);
    return { ...thread, turns: turnsIn(known.marks) };
  });
  keep(layout, index, whole);
  return all;
}

/** The folders of rollouts of all homes; one that several homes share by links comes once. */
function foldersOf(places: readonly Place[]): Folder[] {
  const folders = new Map<string, Folder>();
  for (const place of places) {
    for (const isArchived of [false, true]) {
      const path = realPath((isArchived ? archivedRolloutsOf : rolloutsOf)(place.home));
      if (path === undefined) continue;
      const known = folders.get(path);
      if (known === undefined) folders.set(path, { path, isArchived, places: [place] });
      else known.places.push(place);
    }
  }
  return [...folders.values()];
}

/**
 * The home of a thread among those that share its folder: the session whose login it was begun with, else the one
 * in which the folder really lies, else the first.
 */
function ownerOf(
  places: readonly Place[],
  folder: string,
  begunBy: Pick<Thread, "workspace" | "user">,
): Place {
  const [first, ...others] = places;
  if (others.length === 0) return first!;
  const byLogin = places.find(({ home }) =>
    begunBy.user !== undefined && isSameAccount(accountIn(home), begunBy)
  );
  return byLogin ?? places.find(({ home }) => folder.startsWith(`${realPath(home) ?? home}${sep}`)) ?? first!;
}

/** Writes the index when it has changed; without a place to write it is made anew each time. */
function keep(layout: Layout, before: Index, index: Index): void {
  const isSame = before.size === index.size &&
    [...index].every(([path, entry]) => before.get(path) === entry);
  if (isSame) return;
  try {
    replaceFile(layout.threads, renderIndex(index));
  } catch (error) {
    if (errnoOf(error) === undefined && !(error instanceof UnfitFile)) throw error;
  }
}

/** The ids of the open threads by home; empty where the system does not show locks. */
function openIn(layout: Layout, places: readonly Place[]): Map<string, ReadonlySet<string>> {
  const holders = lockHolders();
  if (holders === undefined) return new Map();
  const files = openRollouts(layout, places);
  return new Map(places.map(({ home }) => {
    const open = [...openThreads(threadLocksOf(home), holders), ...files.get(home) ?? []];
    return [home, new Set(open.map(({ id }) => id))];
  }));
}

function namesIn(home: string): ReadonlyMap<string, string> {
  try {
    return threadNames(readText(threadNamesOf(home), MOST_BYTES.table) ?? "");
  } catch (error) {
    if (errnoOf(error) === undefined && !(error instanceof UnfitFile)) throw error;
    return new Map();
  }
}

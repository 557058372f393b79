import { sep } from "node:path";
import { type Candidate, isOfferable } from "../../core/completion/candidate.ts";
import { threadNames } from "../../core/codex/threads/rollout_facts.ts";
import { parseIndex } from "../../core/thread/index_file.ts";
import { type Layout, rolloutsOf, threadNamesOf } from "../../core/system/layout.ts";
import { readText, realPath } from "../../io/files/read.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";
import type { Host } from "../../io/host.ts";
import { glanceAt } from "../session/state_file.ts";
import { type Place, placesOf } from "../thread/places.ts";

/** The newest threads that are offered. */
const MOST_THREADS = 200;

/** The ids and names of the newest threads of all sessions, as far as earlier commands have written them down. */
export function knownThreads(host: Pick<Host, "env" | "platform">, layout: Layout): Candidate[] {
  const index = glanceAt(layout.threads, parseIndex);
  if (index === undefined) return [];
  const folders = placesOf(host, layout).flatMap((place) => {
    const folder = place.alias === undefined ? undefined : realPath(rolloutsOf(place.home));
    return folder === undefined ? [] : [{ place, folder, names: namesIn(place) }];
  });
  const threads = [...index].flatMap(([path, { facts }]) => {
    if (facts === undefined || facts.source === "subagent") return [];
    const owner = folders.find(({ folder }) => path.startsWith(folder + sep));
    if (owner === undefined) return [];
    const name = folders.map(({ names }) => names.get(facts.id)).find((each) => each !== undefined);
    return [{ ...facts, name, alias: owner.place.alias }];
  }).sort((a, b) => b.lastAt - a.lastAt).slice(0, MOST_THREADS);
  return threads.flatMap(({ id, name, alias, firstWords }) => {
    const isUnique = name !== undefined && threads.filter((each) => each.name === name).length === 1;
    return [
      { text: id, about: `${alias}: ${name ?? firstWords}` },
      ...isUnique && isOfferable(name) ? [{ text: name, about: `${alias}: ${firstWords}` }] : [],
    ];
  }).filter(({ text }) => isOfferable(text));
}

function namesIn({ home }: Place): ReadonlyMap<string, string> {
  try {
    return threadNames(readText(threadNamesOf(home), MOST_BYTES.table) ?? "");
  } catch {
    return new Map();
  }
}

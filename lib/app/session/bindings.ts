import { dirname, isAbsolute, join } from "node:path";
import type { Config } from "../../core/config/config.ts";
import { homeVariable, variable } from "../../core/shell/surroundings.ts";
import { type Binding, bindingFor, parseBindings, renderBindings } from "../../core/thread/binding.ts";
import type { Layout } from "../../core/system/layout.ts";
import { Failure, wordsOf } from "../../core/text/failure.ts";
import { printable } from "../../core/text/printable.ts";
import { exists, readOwn, resolvedPath } from "../../io/files/read.ts";
import { replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";
import { refuseLater } from "./state_file.ts";
import { knownAlias } from "./sessions.ts";

/** All bindings: those of config.toml, then those made by command. */
export function bindingsOf(
  host: Pick<Host, "env" | "platform">,
  layout: Layout,
  config: Pick<Config, "bind">,
): Binding[] {
  const made = madeBindings(layout);
  return [
    ...Array.from(
      config.bind,
      ([path, aliases]) => ({ folder: folderOf(host, path), aliases, isInConfig: true }),
    ),
    ...Array.from(made, ([folder, aliases]) => ({ folder, aliases, isInConfig: false })),
  ];
}

/** The binding that holds in a folder; undefined when any session may be used there. */
export function bindingIn(
  host: Pick<Host, "env" | "platform" | "cwd">,
  layout: Layout,
  config: Pick<Config, "bind">,
  folder: string,
): Binding | undefined {
  const path = resolvedPath(isAbsolute(folder) ? folder : join(host.cwd, folder));
  return bindingFor(bindingsOf(host, layout, config), path);
}

/** Binds a folder to sessions, given by alias or email, and returns the binding. Throws Failure for unknown ones. */
export async function bind(
  host: Host,
  layout: Layout,
  config: Pick<Config, "bind">,
  folder: string,
  targets: readonly string[],
): Promise<Binding> {
  return await withLock(host, layout.stateLock, () => {
    const aliases = [...new Set(targets.map((target) => knownAlias(host, layout, target)))];
    const path = resolvedPath(folder);
    refuseConfigured(host, layout, config, path);
    write(layout, new Map([...madeBindings(layout), [path, aliases]]));
    return { folder: path, aliases, isInConfig: false };
  });
}

/** Removes the binding that holds in a folder and returns it. Throws Failure when there is none. */
export async function unbind(
  host: Host,
  layout: Layout,
  config: Pick<Config, "bind">,
  folder: string,
): Promise<Binding> {
  return await withLock(host, layout.stateLock, () => {
    const path = resolvedPath(folder);
    const binding = bindingFor(bindingsOf(host, layout, config), path);
    if (binding === undefined) {
      throw new Failure("failed", `Cannot unbind ${printable(path)}: it is not bound`);
    }
    refuseConfigured(host, layout, config, binding.folder);
    const made = new Map(madeBindings(layout));
    made.delete(binding.folder);
    write(layout, made);
    return binding;
  });
}

/** The folders that commands have bound to an alias, each with all its aliases. */
export function foldersBoundTo(layout: Layout, alias: string): ReadonlyMap<string, readonly string[]> {
  return new Map([...madeBindings(layout)].filter(([, aliases]) => aliases.includes(alias)));
}

/**
 * Takes a removed alias out of all bindings. A folder that was bound to it alone stays bound, to no session: it must not
 * be open to all of them. Only under the state lock.
 */
export function forgetBindings(layout: Layout, alias: string): void {
  change(layout, alias, (aliases) => aliases.filter((each) => each !== alias));
}

/** Gives a renamed alias its bindings. Only under the state lock. */
export function renameBindings(layout: Layout, alias: string, to: string): void {
  change(layout, alias, (aliases) => aliases.map((each) => each === alias ? to : each));
}

/**
 * Binds a returned alias, perhaps under another name than before, to the folders that it was bound to, as far as these
 * are still bound. Only under the state lock.
 */
export function returnBindings(
  layout: Layout,
  alias: string,
  formerly: string,
  before: ReadonlyMap<string, readonly string[]>,
): void {
  const made = new Map(madeBindings(layout));
  for (const [folder, aliases] of before) {
    const now = made.get(folder);
    if (now === undefined || now.includes(alias)) continue;
    const named = aliases.map((each) => each === formerly ? alias : each);
    const kept = named.filter((each) => each === alias || now.includes(each));
    made.set(folder, [...kept, ...now.filter((each) => !kept.includes(each))]);
  }
  if (before.size > 0) write(layout, made);
}

function change(
  layout: Layout,
  alias: string,
  changed: (aliases: readonly string[]) => readonly string[],
): void {
  const theirs = foldersBoundTo(layout, alias);
  if (theirs.size === 0) return;
  const made = new Map(madeBindings(layout));
  for (const [folder, aliases] of theirs) made.set(folder, changed(aliases));
  write(layout, made);
}

/** The top folder of the git working tree that holds a folder; the folder itself outside of one. */
export function projectOf(folder: string): string {
  for (let path = folder;; path = dirname(path)) {
    if (exists(join(path, ".git"))) return path;
    if (dirname(path) === path) return folder;
  }
}

/** The bindings made by command. Throws Failure for a broken file, which must not open its folders to all sessions. */
function madeBindings(layout: Layout): ReadonlyMap<string, readonly string[]> {
  const text = readOwn(layout.bindings);
  try {
    return text === undefined ? new Map() : parseBindings(text);
  } catch (error) {
    throw new Failure("failed", `Cannot read ${layout.bindings}: ${wordsOf(error)}`, {
      hint: "correct it, or remove it and bind the folders again: agentlb bind",
      cause: error,
    });
  }
}

/** Only the user changes config.toml. */
function refuseConfigured(
  host: Pick<Host, "env" | "platform">,
  layout: Layout,
  config: Pick<Config, "bind">,
  folder: string,
): void {
  if (![...config.bind.keys()].some((path) => folderOf(host, path) === folder)) return;
  throw new Failure(
    "failed",
    `Cannot change the binding of ${printable(folder)}: it is in ${layout.config}`,
    {
      hint: "edit the table [bind] there",
    },
  );
}

/** A folder as config.toml names it: absolute, or below the user's home with `~`. */
function folderOf({ env, platform }: Pick<Host, "env" | "platform">, path: string): string {
  const user = variable(env, homeVariable(platform), platform) ?? "";
  return resolvedPath(path === "~" ? user : path.replace(/^~(?=[\\/])/, () => user));
}

function write(layout: Layout, folders: ReadonlyMap<string, readonly string[]>): void {
  refuseLater(layout.bindings, readOwn(layout.bindings) ?? "");
  replaceFile(layout.bindings, renderBindings(folders));
}

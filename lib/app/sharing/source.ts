import { join } from "node:path";
import type { Config } from "../../core/config/config.ts";
import { parseAnswer, renderAnswer } from "../../core/sharing/record.ts";
import { checkSharedNames } from "../../core/sharing/shared_names.ts";
import { homeVariable, isFixed, variable } from "../../core/shell/surroundings.ts";
import { expandUser } from "../../core/shell/typed_paths.ts";
import { codexSettingsOf, type Layout } from "../../core/system/layout.ts";
import { Failure } from "../../core/text/failure.ts";
import { exists, isFolder, readOwn } from "../../io/files/read.ts";
import { replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";

/** What sessions share: names in a folder, and the settings in it. */
export interface ShareSource {
  readonly folder: string;
  readonly names: readonly string[];
  /** The user's own `~/.codex`, in which nothing is made. */
  readonly users: string;
}

const USUAL = "~/.codex";

/** The source in the settings, else the user's own `~/.codex`. Throws Failure when it can't be one. */
export function shareSource(host: Pick<Host, "env" | "platform">, { sessions }: Config): ShareSource {
  const { shareFrom, share } = sessions;
  checkSharedNames(share);
  const own = variable(host.env, homeVariable(host.platform), host.platform) ?? "";
  const expanded = (typed: string) => expandUser(typed, { own, of: () => undefined }, host.platform);
  const [folder, users] = [expanded(shareFrom === "" ? USUAL : shareFrom), expanded(USUAL)];
  if (!isFixed(folder, host.platform)) {
    throw new Failure("failed", `Cannot share from ${JSON.stringify(folder)}: it is not an absolute path`, {
      hint: "correct share_from under [sessions] in config.toml",
    });
  }
  return { folder, names: share, users };
}

/** Throws Failure unless the folder of a source is there. */
export function checkSource({ folder }: ShareSource): void {
  if (isFolder(folder)) return;
  throw new Failure("failed", `Cannot share from ${folder}: there is no such folder`, {
    hint: "name the folder with your set-up as share_from under [sessions] in config.toml",
  });
}

/** The source of new sessions: the one in the settings, or the usual one where the user said yes. */
export function newSessionSource(
  host: Pick<Host, "env" | "platform">,
  layout: Layout,
  config: Config,
): ShareSource | undefined {
  const isWanted = config.sessions.shareFrom !== "" || readAnswer(layout) === true;
  return isWanted ? shareSource(host, config) : undefined;
}

/** The user's answer to whether new sessions share; undefined before the question. */
export function readAnswer(layout: Layout): boolean | undefined {
  const text = readOwn(layout.sharing);
  if (text === undefined) return undefined;
  try {
    return parseAnswer(text).isWanted;
  } catch {
    return undefined; // it is asked again
  }
}

/** What a source has to share, in words; nothing when it is not there. */
export function partsOf({ folder, names }: ShareSource): string[] {
  if (!isFolder(folder)) return [];
  const there = names.filter((name) => exists(join(folder, name)));
  return [...there, ...exists(codexSettingsOf(folder)) ? ["settings"] : []];
}

export function keepAnswer(layout: Layout, isWanted: boolean): void {
  replaceFile(layout.sharing, renderAnswer({ isWanted }));
}

/**
 * Asks once, on a terminal, whether new sessions share what `~/.codex` has; nobody is asked about nothing. Returns false
 * at Ctrl-C: the user wants out.
 */
export async function askOnce(host: Host, layout: Layout, config: Config): Promise<boolean> {
  if (config.sessions.shareFrom !== "" || !host.isTerminal.input || !host.isTerminal.error) return true;
  if (readAnswer(layout) !== undefined) return true;
  const source = shareSource(host, config);
  const parts = partsOf(source);
  if (parts.length === 0) return true;
  const all = parts.length === 1 ? parts[0] : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
  const answer = await host.askOrLeave(`agentlb: Use your ${all} of ${USUAL} in new sessions? [y/N] `);
  if (answer === undefined) return false;
  const isWanted = /^y(es)?$/i.test(answer.trim());
  keepAnswer(layout, isWanted);
  const change = isWanted ? "agentlb share --undo" : "agentlb share";
  host.err(`agentlb: this is asked once; to change it: ${change}\n`);
  return true;
}

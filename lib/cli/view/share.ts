import type { Sharing } from "../../app/sharing/share.ts";
import type { Undone } from "../../app/sharing/unshare.ts";
import { printable } from "../../core/text/printable.ts";
import type { SharedSessionOutput, ShareOutput, UnsharedSessionOutput } from "../output/share.ts";

/** What one session shares, or why not. */
export function sharedSession(
  alias: string,
  home: string,
  found: Sharing | { readonly skipped: string },
  isDry: boolean,
): SharedSessionOutput {
  if (found.skipped !== undefined || !("entries" in found)) {
    return { alias, home, skipped: found.skipped ?? "" };
  }
  const { entries, settings } = found;
  return {
    alias,
    home,
    links: entries.map(({ name, source, target, is }) => ({
      name,
      source,
      target,
      state: is === "toLink" ? isDry ? "toMake" : "made" : is,
    })),
    settings: {
      state: settings.is === "made" && isDry ? "toMake" : settings.is,
      leftOut: settings.leftOut,
      notes: settings.notes,
    },
  };
}

/** What was undone in one session. */
export function unsharedSession(
  alias: string,
  home: string,
  found: Undone | undefined | { readonly skipped: string },
): UnsharedSessionOutput {
  const nothing = { removed: [], left: [] };
  if (found === undefined) return { alias, home, wasShared: false, ...nothing };
  if ("skipped" in found) return { alias, home, wasShared: true, ...nothing, skipped: found.skipped };
  return { alias, home, wasShared: true, removed: found.removed, left: found.left };
}

const LINK_WORDS = {
  made: "linked",
  toMake: "would be linked",
  linked: "is linked",
  own: "the session has its own, which stays",
  missing: "not there",
} as const;

const SETTINGS_WORDS = {
  made: "made from yours",
  toMake: "would be made from yours",
  same: "up to date",
  kept: "stay as they are",
  link: "a link, which stays",
} as const;

/** The lines of `agentlb share`. */
export function shareText({ from, sessions }: Pick<ShareOutput, "from" | "sessions">): string {
  return sessions.map(({ alias, skipped, links = [], settings }) => {
    if (skipped !== undefined) return `${printable(alias)}: ${printable(skipped)}\n`;
    const lines = links.map(({ name, state }) => `  ${printable(name)}: ${LINK_WORDS[state]}\n`);
    const made = settings === undefined ? "" : `  config.toml: ${SETTINGS_WORDS[settings.state]}\n`;
    const leftOut = (settings?.leftOut ?? []).map((key) => printable(key)).join(", ");
    return `${printable(alias)}, from ${printable(from)}:\n${lines.join("")}${made}` +
      (leftOut === "" ? "" : `  not taken over: ${leftOut}\n`);
  }).join("");
}

/** The lines of `agentlb share --undo`. */
export function unshareText(sessions: readonly UnsharedSessionOutput[], isDry: boolean): string {
  return sessions.map(({ alias, wasShared, removed, left, skipped }) => {
    const words = skipped !== undefined
      ? printable(skipped)
      : !wasShared
      ? "shares nothing"
      : `${isDry ? "would share" : "shares"} nothing any more; links removed: ${listed(removed)}` +
        (left.length === 0 ? "" : `; left, as they are no links of ours any more: ${listed(left)}`);
    return `${printable(alias)}: ${words}\n`;
  }).join("");
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.map((name) => printable(name)).join(", ");
}

/** Messages on workers' screens about a turn that was refused because a limit is reached. */
export const NEEDLE = "You've hit your usage limit.";

/**
 * Counts such messages on a screen: `needle` with either apostrophe at the start of a line of Codex's own, wrapped or
 * not. The same words in a user's or model's text do not count.
 */
export function bannersIn(screen: string, needle: string): number {
  const words = plain(needle).split(" ").filter((word) => word !== "");
  if (words.length === 0) return 0;
  const wanted = new RegExp(`^(?:[■⚠✗] |ERROR: )?${words.map(escaped).join("\\s+")}`, "gm");
  return [...plain(screen).matchAll(wanted)].length;
}

/** Tells whether a screen asks to sign in or reports a lost login. */
export function showsLostLogin(screen: string): boolean {
  return /^[ \t]*[>›]?[ \t]*1\. Sign in with ChatGPT/m.test(screen) ||
    /^[■⚠✗] Your access token could not be refreshed/m.test(screen);
}

function plain(text: string): string {
  return text.replaceAll("\u2019", "'").replace(/[ \t\u00a0]+/g, " ");
}

function escaped(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** What workers' screens show when a turn was refused because a limit is reached. */
export const NEEDLE = "You've hit your usage limit.";

/**
 * How many such messages a screen shows: `needle` with either apostrophe at the start of a line of Codex's own, however
 * it wraps. The same words in what somebody wrote are none.
 */
export function bannersIn(screen: string, needle: string): number {
  const words = plain(needle).split(" ").filter((word) => word !== "");
  if (words.length === 0) return 0;
  const wanted = new RegExp(`^(?:[■⚠✗] |ERROR: )?${words.map(escaped).join("\\s+")}`, "gm");
  return [...plain(screen).matchAll(wanted)].length;
}

/** Whether a screen asks to sign in, or says that its login is lost. */
export function showsLostLogin(screen: string): boolean {
  return /^\s*[>›]?\s*1\. Sign in with ChatGPT/m.test(screen) ||
    /^[■⚠✗] Your access token could not be refreshed/m.test(screen);
}

function plain(text: string): string {
  return text.replaceAll("\u2019", "'").replace(/[ \t\u00a0]+/g, " ");
}

function escaped(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

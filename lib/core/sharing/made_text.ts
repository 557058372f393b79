import { sha256 } from "../text/sha256.ts";

const MARK = /^# Made by agentlb \(([0-9a-f]{16})\)/;

const HEADS = {
  settings: [
    "# Settings of this session alone belong into config.local.toml, which wins. Changes here are moved there.",
    "# To have the session's own file back: agentlb share --undo <alias>",
  ],
  profile: [
    "# Once it is changed here, it is the session's own and stays as it is.",
    "# To remove it: agentlb share --undo <alias>",
  ],
} as const;

/** The text of made settings under a head that tells people what it is, and us which one it is. */
export function madeText(settings: string, from: string, kind: keyof typeof HEADS = "settings"): string {
  const source = JSON.stringify(from);
  return [
    `# Made by agentlb (${digestOf(settings)}) from ${source}, and made anew when that changes.`,
    ...HEADS[kind],
    "",
    settings,
  ].join("\n");
}

/** Tells whether a text is one that `madeText` made, changed by nobody. */
export function isUnchanged(text: string): boolean {
  const [, digest] = MARK.exec(text) ?? [];
  return digest !== undefined && digestOf(text.split("\n").slice(4).join("\n")) === digest;
}

/** Tells whether a text began as a made one, also when something was written above its head. */
export function wasMade(text: string): boolean {
  return text.split("\n").some((line) => MARK.test(line));
}

/** The made text that a changed one began as: by the digest in its head, else the last one. */
export function baseOf(text: string, made: readonly string[]): string | undefined {
  const digest = MARK.exec(text)?.[1];
  return made.findLast((each) => MARK.exec(each)?.[1] === digest) ?? made.at(-1);
}

function digestOf(text: string): string {
  return Array.from(sha256(text).slice(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

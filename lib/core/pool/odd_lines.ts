import type { Environment } from "../shell/surroundings.ts";
import { Failure } from "../text/failure.ts";
import { nearest } from "../text/nearest.ts";
import type { Flavour } from "./flavour.ts";
import type { ConfigReading } from "./python/config_lines.ts";
import { strip } from "./python/whole.ts";
import { type FileValue, KEYS, textOf } from "./settings.ts";

/**
 * The messages about lines that set nothing, one text each. Throws Failure for a line that looks like a mistyped key:
 * its author wants that key and does not have it.
 */
export function judgeOddLines(
  flavour: Flavour,
  env: Environment,
  { entries, odd }: Pick<ConfigReading, "odd"> & { readonly entries: ReadonlyMap<string, FileValue> },
): string[] {
  const isSet = (key: string) => {
    const value = entries.get(key);
    const variables = [
      `${flavour.prefix}${key.toUpperCase()}`,
      ...key === "auth_team_dir" ? ["AUTH_TEAM_DIR"] : [],
    ];
    return variables.some((name) => strip(env[name] ?? "") !== "") ||
      (value !== undefined && strip(textOf(value)) !== "");
  };
  return odd.flatMap(({ line, text, isBelowOdd }) => {
    const near = nearKey(text);
    if (near === undefined && isBelowOdd) return [];
    if (near === undefined || isSet(near)) return [`line ${line}: ${text}`];
    throw new Failure("failed", `line ${line}: ${text}: unknown key, did you mean ${near}?`);
  });
}

/** The known key most like a wrong one: in another spelling, as a variable, or mistyped. */
function nearKey(text: string): string | undefined {
  const word = strip(text.replace(/^(?:[-?\s]|export\s)+/, "").split(/[=:\uff1a]/)[0]!).replace(/\s.*$/s, "");
  const bare = plain(word.replace(/^["']|["']$/g, "").replace(/^(?:CAP|CLB)[_-]?/i, ""));
  const known = new Map(Array.from(KEYS, (key) => [plain(key), key]));
  const found = nearest(bare, known.keys());
  return found === undefined ? keyWithWords(word) : known.get(found);
}

/** The known key that has all words of a shorter one: `auth_team_dir` for `auth_dir` or `team_dir`. */
function keyWithWords(text: string): string | undefined {
  const words = text.toLowerCase().split(/[-_.]/);
  if (words.length < 2) return undefined;
  return [...KEYS].find((key) => words.every((word) => key.split("_").includes(word)));
}

function plain(word: string): string {
  return word.replace(/[-_.\s]/g, "").toLowerCase();
}

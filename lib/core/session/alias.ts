import { Failure } from "../text/failure.ts";
import { debugQuote } from "../shell/quote.ts";
import { type PlatformName, unusableName } from "../shell/surroundings.ts";

/** The default pattern of aliases, for whole matches; the user's config may name another. */
export const DEFAULT_ALIAS_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";

const LONGEST_BYTES = 64;
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)/i;

/** The reason why a text can never be an alias, under any pattern; undefined when it can. */
export function refusal(alias: string, platform: PlatformName): string | undefined {
  if (alias === "") return "it is empty";
  if (/[/\\]/.test(alias)) return "it holds a path separator";
  if (/\p{Cc}/u.test(alias)) return "it holds a control character";
  if (/\p{Cs}/u.test(alias)) return "it is not valid Unicode";
  if (/^[.-]/.test(alias)) return `it starts with "${alias.charAt(0)}"`;
  if (new TextEncoder().encode(alias).length > LONGEST_BYTES) {
    return `it is longer than ${LONGEST_BYTES} bytes`;
  }
  if (DEVICE.test(alias)) return "it is the name of a device on Windows";
  return unusableName(alias, platform); // on other platforms sessions with such names may exist already
}

/**
 * Throws the failure `invalid alias …` unless a text may name a session. `matches` tests the pattern on the whole text.
 */
export function checkAlias(
  alias: string,
  pattern: string,
  matches: (alias: string) => boolean,
  platform: PlatformName,
): void {
  const reason = refusal(alias, platform);
  if (reason === undefined && matches(alias)) return;
  const message = `invalid alias ${debugQuote(alias)}; must match ${pattern} (example: a1)`;
  throw new Failure("usage", message, {
    verbatim: true,
    ...(reason === undefined ? {} : { hint: `${debugQuote(alias)} can't be an alias: ${reason}` }),
  });
}

/** The failure for an `alias_pattern` that is no regular expression. */
export function patternFailure(pattern: string, problem: string): Failure {
  const message = `invalid alias pattern ${debugQuote(pattern)}: regex parse error: ${problem}`;
  return new Failure("usage", message, {
    verbatim: true,
    hint: "correct sessions.alias_pattern in config.toml",
  });
}

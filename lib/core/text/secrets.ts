const CUT = "[cut]";
/** A name that marks the value behind it as secret: `token=…`, `Authorization: Bearer …`, `"api_key": "…"`. */
const NAMED =
  /((?:token|secret|passw(?:or)?d|api[-_ ]?key|authorization|cookie|credential|session[-_]?id)s?["']?\s*[=:]\s*["']?)(?:(?:bearer|basic)\s+)?[^\s"',;&]+/giu;
const BEARER = /\b(bearer|basic)\s+[^\s"',;]+/giu;
const JWT = /\bey[\w-]{6,}(?:\.[\w-]*){0,4}/gu;
const PREFIXED = /\b(?:sk|pk|rt|at|gh[a-z]|github_pat|xox[a-z]|AKIA)[-_.][\w.-]{6,}/gu;
const MAIL = /(?<![\w.+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)+/gu;
const QUERY = /([?&][\w.-]+=)[^\s&"']+/gu;
const USER_IN_URL = /(\/\/)[^\s/@]+@/gu;
const RUN = /[\w+/=.~-]{20,}/gu;
const LONGEST_PART = 20;
// deno-lint-ignore no-control-regex
const COLOURS = /\u001b\[[0-9;?]*[A-Za-z]/gu;

/** A text from outside without apparent secrets and addresses: better to cut too much than too little. */
export function withoutSecrets(text: string): string {
  return text
    .replace(NAMED, `$1${CUT}`)
    .replace(BEARER, `$1 ${CUT}`)
    .replace(QUERY, `$1${CUT}`)
    .replace(JWT, CUT)
    .replace(PREFIXED, CUT)
    .replace(USER_IN_URL, `$1${CUT}@`)
    .replace(MAIL, CUT)
    .replace(RUN, (run) => isSecret(run) ? CUT : run);
}

/** A text without terminal colours. */
export function withoutColours(text: string): string {
  return text.replace(COLOURS, "");
}

/**
 * Tells whether a run of characters looks like a token, not like a path, dashed words or a UUID: long, with letters and
 * digits mixed.
 */
function isSecret(run: string): boolean {
  if (/[+=~]/.test(run) && /\d/.test(run) && /[A-Z]/.test(run)) return true;
  return run.split(/[/._-]/).some((part) =>
    part.length >= LONGEST_PART && /[A-Za-z]/.test(part) &&
    (/\d/.test(part) || /[a-z][A-Z].*[a-z][A-Z]/.test(part))
  );
}

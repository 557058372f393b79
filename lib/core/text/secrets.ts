const CUT = "[cut]";
/** What a name in front says of a value: `token=…`, `Authorization: Bearer …`, `"api_key": "…"`. */
const NAMED =
  /((?:token|secret|passw(?:or)?d|api[-_ ]?key|authorization|cookie|credential|session[-_]?id)s?["']?\s*[=:]\s*["']?)(?:(?:bearer|basic)\s+)?[^\s"',;&]+/giu;
const BEARER = /\b(bearer|basic)\s+[^\s"',;]+/giu;
const JWT = /\bey[\w-]{6,}(?:\.[\w-]*){0,4}/gu;
const PREFIXED = /\b(?:sk|pk|rt|at|gh[a-z]|github_pat|xox[a-z]|AKIA)[-_.][\w.-]{6,}/gu;
const MAIL = /[\w.+%-]+@[\w-]+(?:\.[\w-]+)+/gu;
const QUERY = /([?&][\w.-]+=)[^\s&"']+/gu;
const USER_IN_URL = /(\/\/)[^\s/@]+@/gu;
const RUN = /[\w+/=.~-]{20,}/gu;
const LONGEST_PART = 20;
// deno-lint-ignore no-control-regex
const COLOURS = /\u001b\[[0-9;?]*[A-Za-z]/gu;

/** A text from outside without what looks like a secret or an address: better too much is cut than too little. */
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

/** A text without the colours of a terminal. */
export function withoutColours(text: string): string {
  return text.replace(COLOURS, "");
}

/** Whether a run of characters is no path, no words joined by dashes and no UUID: long, and of letters and digits mixed. */
function isSecret(run: string): boolean {
  if (/[+=~]/.test(run) && /\d/.test(run) && /[A-Z]/.test(run)) return true;
  return run.split(/[/._-]/).some((part) =>
    part.length >= LONGEST_PART && /[A-Za-z]/.test(part) &&
    (/\d/.test(part) || /[a-z][A-Z].*[a-z][A-Z]/.test(part))
  );
}

const BARE = /^[A-Za-z0-9_./:=+\\][A-Za-z0-9_./:=+\\-]*$|^--?[A-Za-z][A-Za-z-]*(=[A-Za-z0-9_./:+\\-]*)?$/;

/** A word as PowerShell reads it back: single quotes, also the typographic ones, are doubled within quotes. */
export function quoteForPowershell(text: string): string {
  if (BARE.test(text) || text === "--") return text;
  return `'${text.replace(/['\u2018-\u201b]/g, "$&$&")}'`;
}

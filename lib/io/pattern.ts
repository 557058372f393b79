/** A user's regular expression, ready to match whole texts; or the reason why it is invalid. */
export type Pattern = { readonly matches: (text: string) => boolean } | { readonly problem: string };

/**
 * Compiles a pattern on an engine with linear run time. `trusted` is the one pattern known to be safe on the runtime's
 * own engine: for it nothing is loaded.
 */
export async function compilePattern(pattern: string, trusted: string): Promise<Pattern> {
  if (pattern === trusted) {
    const whole = new RegExp(`^(?:${pattern})$`, "u");
    return { matches: (text) => whole.test(text) };
  }
  const { library } = await import("./library.ts");
  const { RE2JS, RE2JSException } = await library("re2js", () => import("re2js"));
  try {
    const compiled = RE2JS.compile(pattern);
    return { matches: (text) => compiled.matcher(text).matches() };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return { problem: error.message };
  }
}

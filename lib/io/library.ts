import { errnoOf, Failure } from "../core/text/failure.ts";

/** The npm dependencies and their versions, which a test compares with package.json. */
export const VERSIONS = {
  "re2js": "2.10.0",
  "smol-toml": "1.9.1",
  "string-width": "8.3.0",
  "yaml": "2.9.1",
} as const;

/**
 * Imports an npm dependency with `load`, or by its npm address when Deno runs these sources without our import map.
 */
export async function library<T>(name: keyof typeof VERSIONS, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if ("Deno" in globalThis && import.meta.url.endsWith("/lib/io/library.ts")) {
      const address = `npm:${name}@${VERSIONS[name]}`;
      return await import(address) as T;
    }
    if (errnoOf(error) !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new Failure("failed", `Cannot load ${name}, which is not installed; run: npm ci`, { cause: error });
  }
}

import { errnoOf, Failure } from "../core/text/failure.ts";

/** The libraries with their versions in package.json; a test compares them. */
export const VERSIONS = {
  "re2js": "2.10.0",
  "smol-toml": "1.9.1",
  "string-width": "8.3.0",
  "yaml": "2.9.1",
} as const;

/**
 * Loads a library by its name. Sources that Deno loaded from another folder or from an address have no import map of
 * ours: there the name is resolved to an npm address.
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

import type { PlatformName } from "./surroundings.ts";

/** Why no file of a platform can have this name, which holds no path separator; undefined when one can. */
export function unusableName(name: string, platform: PlatformName): string | undefined {
  if (platform !== "win32") return undefined;
  const [char] = /[<>:"|?*]/.exec(name) ?? [];
  if (char !== undefined) return `it holds "${char}", which Windows has in no file name`;
  return /[. ]$/.test(name) ? `it ends with "${name.at(-1)}", which Windows drops` : undefined;
}

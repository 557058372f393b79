import { linux } from "./linux.ts";
import { macos } from "./macos.ts";
import type { Platform } from "./platform.ts";
import { PLATFORM } from "./runtime.ts";
import { windows } from "./windows.ts";

/** The system this process runs on. */
export const system: Platform = platformOf(PLATFORM);

/** The system that the runtimes call so; what they call otherwise is a Unix without /proc, as macOS is. */
export function platformOf(name: string): Platform {
  if (name === "linux") return linux;
  return name === "win32" ? windows : macos;
}

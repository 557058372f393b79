import process from "node:process";
import { linux } from "./linux.ts";
import { macos } from "./macos.ts";
import type { Platform } from "./platform.ts";
import { windows } from "./windows.ts";

/** What the runtime calls the system this process runs on. */
export const PLATFORM: string = process.platform;

/** The system this process runs on. */
export const system: Platform = platformOf(PLATFORM);

/** The system that the runtimes call so; what they call otherwise is a Unix without /proc, as macOS is. */
export function platformOf(name: string): Platform {
  if (name === "linux") return linux;
  return name === "win32" ? windows : macos;
}

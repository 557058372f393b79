import process from "node:process";
import { linux } from "./linux.ts";
import { macos } from "./macos.ts";
import type { Platform } from "./platform.ts";
import { windows } from "./windows.ts";

/** The runtime's name of this system. */
export const PLATFORM: string = process.platform;

/** The system of this process. */
export const system: Platform = platformOf(PLATFORM);

/** The system by its name in the runtimes; unknown ones are treated as a Unix without /proc, such as macOS. */
export function platformOf(name: string): Platform {
  if (name === "linux") return linux;
  return name === "win32" ? windows : macos;
}

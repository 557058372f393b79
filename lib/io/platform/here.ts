// The global, not the module: a compiled program replaces this name by its system's, and has only that one in it.
// deno-lint-ignore-file no-process-global
import { linux } from "./linux.ts";
import { macos } from "./macos.ts";
import type { Platform } from "./platform.ts";
import { windows } from "./windows.ts";

/** The runtime's name of this system. */
export const PLATFORM: string = process.platform;

/** The system of this process; an unknown one is treated as a Unix without /proc, such as macOS. */
export const system: Platform = process.platform === "linux"
  ? linux
  : process.platform === "win32"
  ? windows
  : macos;

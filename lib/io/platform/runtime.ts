import process from "node:process";

/** The platform, as the runtime calls it. */
export const PLATFORM: string = process.platform;

/** A module of the runtime, loaded when somebody uses it. */
export function builtin(name: string): unknown {
  return process.getBuiltinModule(name);
}

/** The module that starts processes. Looked up when somebody does: loading it would take a tenth of a pick's time. */
export function childProcesses() {
  return process.getBuiltinModule("node:child_process");
}

import { onTestFinished } from "vitest";
import { type Backend, type BackendOptions, startBackend } from "./backend.ts";
import { makeSandbox, type Sandbox, type SandboxOptions } from "./sandbox.ts";

/** A sandbox for the running test: closed at its end, and then without processes. */
export function sandbox(options?: SandboxOptions): Sandbox {
  const made = makeSandbox(options);
  onTestFinished(() => made.close());
  return made;
}

/** A fake service for the running test. */
export async function backend(options?: BackendOptions): Promise<Backend> {
  const started = await startBackend(options);
  onTestFinished(() => started.close());
  return started;
}

import { onTestFinished } from "vitest";

/** Stops a process in its tracks; returns what lets it go on, which the end of the test does in any case. */
export function pause(pid: number): () => void {
  process.kill(pid, "SIGSTOP");
  const goOn = () => {
    try {
      process.kill(pid, "SIGCONT");
    } catch {
      // it has ended all the same
    }
  };
  onTestFinished(goOn);
  return goOn;
}

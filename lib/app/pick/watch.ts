import { basename } from "node:path";
import type { Layout } from "../../core/system/layout.ts";
import { Failure } from "../../core/text/failure.ts";
import { isDumb } from "../../core/text/screen/face.ts";
import { changesIn } from "../../io/files/changes.ts";
import type { Host } from "../../io/host.ts";

/** Times and ages on the screen go on though no file changes. */
const LOOK_MS = 2000;
const HOME = "\u001b[H";
/** Sent before a line: after one that fills the screen it would take its last letter. */
const CLEAR_LINE = "\u001b[K";
const CLEAR_REST = "\r\n\u001b[J";

/**
 * Draws the lines of `frame` in place, every two seconds and at each change of what is known of the sessions or of the
 * window, until a key or a signal ends it; the terminal is then as it was. Throws Failure where there is none.
 */
export async function watchSessions(
  host: Host,
  layout: Layout,
  frame: () => Promise<readonly string[]>,
): Promise<number | NodeJS.Signals> {
  const lack = !host.isTerminal.output
    ? "--watch needs a terminal as stdout"
    : isDumb(host.env)
    ? "this terminal can't draw in place (TERM=dumb)"
    : undefined;
  if (lack !== undefined) {
    throw new Failure("failed", `Cannot watch: ${lack}`, { hint: "for programs: agentlb status --json" });
  }
  // What cannot be drawn is no reason to take the terminal.
  await frame();
  const changes = changesIn(
    [layout.root, layout.state],
    [layout.status, layout.paused].map((path) => basename(path)),
  );
  let pause = new AbortController();
  const screen = await host.takeScreen(() => pause.abort());
  try {
    for (;;) {
      const end = screen.end();
      if (end !== undefined) return end;
      pause = new AbortController();
      changes.forget();
      const lines = await frame();
      const rest = lines.length < (host.screenSize.lines ?? Infinity) ? CLEAR_REST : "";
      host.out(HOME + lines.map((line) => CLEAR_LINE + line).join("\r\n") + rest);
      if (screen.end() === undefined) {
        await host.clock.sleep(LOOK_MS, AbortSignal.any([pause.signal, changes.signal()]));
      }
    }
  } finally {
    changes.end();
    screen.release();
  }
}

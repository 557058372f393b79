import type { Layout } from "../../core/system/layout.ts";
import { wordsOf } from "../../core/text/failure.ts";
import { exists } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import type { Journal } from "../../io/journal.ts";
import { sweepTrash } from "../moving/trash.ts";

interface Around {
  readonly host: Host;
  readonly layout: Layout;
  readonly journal: Journal;
  readonly guard: { mayWrite(path: string): boolean };
}

const PAUSE_MS = 3_600_000;

/** Deletes removed sessions whose time is over, once an hour, beside the supervisor's other work. */
export class TrashSweep {
  readonly #around: Around;
  #sweptAt = -Infinity;

  constructor(around: Around) {
    this.#around = around;
  }

  /** Begins a sweep when one is due. */
  look(): void {
    const { host, layout, journal, guard } = this.#around;
    const now = host.clock.monotonic();
    if (now - this.#sweptAt < PAUSE_MS || !exists(layout.trash) || !guard.mayWrite(layout.trash)) return;
    this.#sweptAt = now;
    sweepTrash(host, layout).catch((error: unknown) => {
      journal.note("cannot empty the trash", { why: wordsOf(error) });
    });
  }
}

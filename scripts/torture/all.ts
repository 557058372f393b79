import { canary } from "./canary.ts";
import { continuations } from "./continuations.ts";
import { guardedExpiries } from "./expiries.ts";
import { faults } from "./faults.ts";
import { locks } from "./locks.ts";
import { parsers } from "./parsers.ts";
import { pool } from "./pool.ts";
import { renewals } from "./renewals.ts";
import type { Row } from "./row.ts";

/** The rows of `npm run torture`, in the order of the table. */
export const ROWS: readonly Row[] = [
  renewals,
  guardedExpiries,
  pool,
  continuations,
  faults,
  locks,
  parsers,
  canary,
];

/** What can happen. */
export const EVENT_KINDS = [
  "limit-near",
  "exhausted",
  "reset",
  "login-dead",
  "crash-loop",
  "rotated",
  "went-on",
] as const;

/** The kind of an event. */
export type EventKind = typeof EVENT_KINDS[number];

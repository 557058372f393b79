/** Lines of a rollout as codex 0.171 writes them. Times are epoch milliseconds. */

export interface Window {
  readonly used: number;
  readonly minutes: number;
  /** Unix seconds. */
  readonly resets?: number;
}

export interface Told {
  readonly limit?: string;
  readonly primary?: Window;
  readonly secondary?: Window;
  readonly reached?: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

export function meta(at: number, workspace: string, user?: string): string {
  return line(at, "session_meta", {
    account_scoped: true,
    ...(user === undefined ? {} : { creator_user_id: user }),
    creator_account_id: workspace,
    id: "x",
    cwd: "/home/me",
  });
}

export function started(at: number): string {
  return event(at, { type: "task_started", turn_id: "t", started_at: Math.floor(at / 1000) });
}

export function completed(at: number, error?: unknown): string {
  return event(at, {
    type: "task_complete",
    last_agent_message: error === undefined ? "done" : null,
    ...(error === undefined ? {} : { error: { message: "no", codex_error_info: error } }),
  });
}

export function aborted(at: number): string {
  return event(at, { type: "turn_aborted", reason: "interrupted" });
}

/** The limits in an answer. */
export function told(at: number, { limit = "codex", primary, secondary, reached, more }: Told): string {
  return event(at, {
    type: "token_count",
    info: null,
    rate_limits: {
      limit_id: limit,
      limit_name: null,
      primary: windowOf(primary),
      secondary: windowOf(secondary),
      credits: null,
      individual_limit: null,
      spend_control_reached: null,
      plan_type: null,
      rate_limit_reached_type: reached ?? null,
      ...more,
    },
  });
}

/** Conversation text, which makes up most of a rollout. */
export function said(at: number, text: string): string {
  return line(at, "response_item", {
    type: "message",
    role: "assistant",
    content: [{ type: "output_text", text }],
  });
}

/** A thread's id, a UUID of version 7 with that time. */
export function threadId(at: number, tail = "7fc2-8354-0a837e795b6d"): string {
  const hex = at.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-${tail}`;
}

export function event(at: number, payload: Readonly<Record<string, unknown>>): string {
  return line(at, "event_msg", payload);
}

export function line(at: number, type: string, payload: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ timestamp: new Date(at).toISOString(), ordinal: 1, type, payload });
}

function windowOf(window: Window | undefined) {
  return window === undefined
    ? null
    : { used_percent: window.used, window_minutes: window.minutes, resets_at: window.resets ?? null };
}

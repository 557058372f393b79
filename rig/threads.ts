import { appendFileSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { aborted, completed, event, line, started, threadId, told } from "./rollouts.ts";

/** A made-up thread of a home. Times are epoch milliseconds. */
export interface FakeThread {
  readonly at: number;
  readonly id?: string;
  readonly cwd?: string;
  readonly source?: string | Readonly<Record<string, unknown>>;
  readonly words?: string;
  /** The name that the user gave it. */
  readonly name?: string;
  /** The end of each turn, a second after it began; by default one that succeeded. */
  readonly turns?: readonly ("done" | "limit" | "aborted" | "killed")[];
  /** The account it was begun with. */
  readonly workspace?: string;
  readonly user?: string;
  readonly isArchived?: boolean;
  /** As codex 0.90 writes it: no account, no marks of turns. */
  readonly isOld?: boolean;
  /** The reset of the used-up limit, in unix seconds. */
  readonly resets?: number;
  /** Bytes of conversation between the first message and the last turn. */
  readonly filler?: number;
}

/** Writes the rollout of a thread below a home; returns its id and path. */
export function writeThread(
  home: string,
  thread: FakeThread,
): { readonly id: string; readonly rollout: string } {
  const { at, isArchived = false, name } = thread;
  const id = thread.id ?? threadId(at);
  const [day = "", time = ""] = new Date(at).toISOString().split("T");
  const file = `rollout-${day}T${time.slice(0, 8).replaceAll(":", "-")}-${id}.jsonl`;
  const folder = isArchived ? "archived_sessions" : join("sessions", ...day.split("-"));
  const rollout = join(home, folder, file);
  mkdirSync(dirname(rollout), { recursive: true });
  const lines = (thread.isOld ? oldLines : newLines)({ ...thread, id });
  writeFileSync(rollout, `${lines.join("\n")}\n`);
  const last = new Date(at + 1000 * (thread.turns?.length ?? 1));
  utimesSync(rollout, last, last);
  if (name !== undefined) nameThread(home, id, name);
  return { id, rollout };
}

/** Gives a thread a name, as Codex does. */
export function nameThread(home: string, id: string, name: string): void {
  const line = JSON.stringify({ id, thread_name: name, updated_at: "2026-11-30T16:06:51.925987815Z" });
  appendFileSync(join(home, "session_index.jsonl"), `${line}\n`);
}

function newLines(thread: FakeThread & { readonly id: string }): string[] {
  const { at, id, cwd = "/home/me", words = "do it", source = "cli", workspace, user, resets } = thread;
  const account = { creator_user_id: user, creator_account_id: workspace };
  const lines = [line(at, "session_meta", {
    account_scoped: workspace !== undefined,
    ...account,
    id,
    timestamp: new Date(at).toISOString(),
    cwd,
    originator: "codex_cli",
    cli_version: "0.171.0",
    source,
    base_instructions: { text: "Say the same." },
  })];
  (thread.turns ?? ["done"]).forEach((end, index) => {
    const now = at + 1000 * index;
    const text = index === 0 ? words : "more";
    lines.push(started(now));
    if (index === 0) {
      lines.push(userItem(now, `<environment_context>\n  <cwd>${cwd}</cwd>\n</environment_context>`));
    }
    lines.push(line(now, "turn_context", { turn_id: "t", cwd, model: "gpt-fake" }), userItem(now, text));
    const item = { type: "UserMessage", id: "u", content: [{ type: "text", text, text_elements: [] }] };
    lines.push(event(now, { type: "item_completed", thread_id: id, turn_id: "t", item }));
    if (index === 0) lines.push(...filler(now, thread.filler ?? 0));
    const later = now + 900;
    if (end === "limit") {
      lines.push(
        told(later, { primary: { used: 100, minutes: 300, ...resets === undefined ? {} : { resets } } }),
      );
      lines.push(completed(later, "usage_limit_exceeded"));
    } else if (end !== "killed") lines.push(end === "done" ? completed(later) : aborted(later));
  });
  return lines;
}

function oldLines(thread: FakeThread & { readonly id: string }): string[] {
  const { at, id, cwd = "/home/me", words = "do it", source = "cli" } = thread;
  const meta = {
    id,
    timestamp: new Date(at).toISOString(),
    cwd,
    originator: "codex_cli",
    cli_version: "0.90.0",
    source,
  };
  return [
    line(at, "session_meta", meta),
    userItem(at, `# AGENTS.md instructions for ${cwd}\n\n<INSTRUCTIONS>\nBe kind.\n</INSTRUCTIONS>`),
    ...(thread.turns ?? ["done"]).flatMap((_end, index) => {
      const text = index === 0 ? words : "more";
      const now = at + 1000 * index;
      return [
        userItem(now, text),
        event(now, { type: "user_message", message: text, images: [], local_images: [], text_elements: [] }),
        line(now, "turn_context", { cwd, approval_policy: "never" }),
        event(now + 900, { type: "agent_message", message: "done" }),
      ];
    }),
  ];
}

function userItem(at: number, text: string): string {
  return line(at, "response_item", {
    type: "message",
    role: "user",
    content: [{ type: "input_text", text }],
  });
}

function filler(at: number, bytes: number): string[] {
  const one = line(at, "response_item", {
    type: "message",
    role: "assistant",
    content: [{ type: "output_text", text: "x".repeat(1000) }],
  });
  return Array.from({ length: Math.ceil(bytes / one.length) }, () => one);
}

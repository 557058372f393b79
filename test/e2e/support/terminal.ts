import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { onTestFinished } from "vitest";
import type { Sandbox } from "../../../rig/sandbox.ts";

/** A real terminal with a shell in it. */
export interface Terminal {
  /** Types a line and presses Enter. */
  type(line: string): void;
  /** Types words and does not press Enter. */
  write(words: string): void;
  /** Presses a key, in tmux's words (`C-c`). */
  press(key: string): void;
  screen(): string;
  resize(columns: number, rows: number): void;
  /** Closes it, as a user closes a window. */
  close(): void;
}

/** Opens a terminal for the running test, on a tmux server of its own. */
export function openTerminal(user: Sandbox, env: Readonly<Record<string, string>> = {}): Terminal {
  const socket = `agentlb-${randomUUID()}`;
  const tmux = (...words: string[]): string => {
    const { status, stdout, stderr } = spawnSync("tmux", ["-L", socket, "-f", "/dev/null", ...words], {
      encoding: "utf8",
      cwd: user.cwd,
      env: {
        ...user.env,
        TMUX_TMPDIR: user.env.TMPDIR ?? user.dir,
        TERM: "xterm-256color",
        PS1: "$ ",
        ...env,
      },
    });
    if (status !== 0) throw new Error(`tmux ${words.join(" ")}: ${stderr}`);
    return stdout;
  };
  let isOpen = true;
  const close = () => {
    if (isOpen) tmux("kill-server");
    isOpen = false;
  };
  tmux("new-session", "-d", "-x", "150", "-y", "40", "sh");
  onTestFinished(close);
  return {
    type(line) {
      tmux("send-keys", "-l", line);
      tmux("send-keys", "Enter");
    },
    write: (words) => void tmux("send-keys", "-l", words),
    press: (key) => void tmux("send-keys", key),
    screen: () => tmux("capture-pane", "-p", "-J"),
    resize: (columns, rows) => void tmux("resize-window", "-x", String(columns), "-y", String(rows)),
    close,
  };
}

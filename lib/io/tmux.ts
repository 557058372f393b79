import { basename, dirname } from "node:path";
import { Failure, wordsOf } from "../core/text/failure.ts";
import type { Launch } from "../core/shell/launch.ts";
import type { Look } from "../core/pool/screen/dialogue.ts";
import type { Host } from "./host.ts";
import type { Child } from "./process/spawn.ts";

/** A private tmux server with its own socket. It ends with this process, however that ends. */
export interface Tmux {
  /** Starts a program in a new pane; returns the pane. Without arguments a shell would parse its path. */
  open(launch: Launch): Promise<string>;
  look(pane: string): Promise<Look>;
  /** Types text as a person would. */
  type(pane: string, text: string): Promise<void>;
  /** Presses a key, in tmux's words: "Enter", "C-u". */
  press(pane: string, key: string): Promise<void>;
  /** Ends the server and all programs in it. */
  end(): Promise<void>;
}

export interface TmuxOptions {
  /** The tmux program. */
  readonly file: string;
  /** The folder for its socket, private and existing. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly columns: number;
  readonly rows: number;
}

const PATIENCE_MS = 10_000;
const KEEPER = "keeper";

/**
 * Starts a server. A control client of ours stays attached to its only session, which is destroyed together with that
 * client; so nothing is left even when we are killed.
 */
export async function startTmux(host: Pick<Host, "capture" | "spawn">, options: TmuxOptions): Promise<Tmux> {
  const { file, folder, columns, rows } = options;
  const { TMUX: _server, TMUX_PANE: _pane, ...env } = options.env;
  const launchOf = (words: readonly string[]): Launch => ({
    file,
    args: ["-u", "-L", "agentlb", "-f", "/dev/null", ...words],
    env: { ...env, TMUX_TMPDIR: folder },
    cwd: folder,
  });
  const tmux = async (...words: readonly string[]): Promise<string> => {
    const { exit, stdout, stderr } = await host.capture(launchOf(words), PATIENCE_MS);
    if ("code" in exit && exit.code === 0) return stdout;
    const why = "error" in exit ? wordsOf(exit.error) : stderr.trim();
    throw new Failure("failed", `tmux ${words[0]} does not work: ${why}`);
  };
  const size = ["-x", String(columns), "-y", String(rows)];
  let client: Child | undefined;
  try {
    await tmux("new-session", "-d", "-s", KEEPER, ...size, "cat", "-");
    await tmux("set", "-g", "remain-on-exit", "on");
    await tmux("set", "-g", "default-size", `${columns}x${rows}`);
    client = host.spawn(launchOf(["-C", "attach-session", "-f", "ignore-size", "-t", KEEPER]));
    await attached(client);
    await tmux("set", "-t", KEEPER, "destroy-unattached", "on");
  } catch (error) {
    await tmux("kill-server").catch(() => {});
    client?.closeStdin();
    throw error;
  }
  const control = client;
  return {
    async open(launch) {
      const variables = Object.entries(launch.env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
      const where = [
        "-t",
        `${KEEPER}:`,
        "-c",
        launch.cwd ?? dirname(launch.file),
        "-n",
        basename(launch.file),
      ];
      const words = ["new-window", "-d", "-P", "-F", "#{pane_id}", ...where, ...variables, "--"];
      return (await tmux(...words, launch.file, ...launch.args)).trim();
    },
    async look(pane) {
      const dead = "#{pane_dead} #{pane_dead_status} #{pane_dead_signal}";
      // In one call: a program that ends between two commands would have a code but no last output.
      const seen = await tmux(
        ...["display-message", "-p", "-t", pane, dead, ";"],
        // When a program ends, tmux scrolls the screen up by a line.
        ...["capture-pane", "-p", "-J", "-S", "-2", "-t", pane],
      );
      const [state = "", ...screen] = seen.split("\n").map((line) => line.trimEnd());
      return { screen: screen.join("\n"), exitCode: exitIn(state) };
    },
    type: async (pane, text) => void await tmux("send-keys", "-t", pane, "-l", text),
    press: async (pane, key) => void await tmux("send-keys", "-t", pane, key),
    async end() {
      await tmux("kill-server").catch(() => {}); // gone already
      control.closeStdin();
      await control.exited;
    },
  };
}

/** Resolves when a control client reports that it is attached; it announces every command with `%begin`. */
function attached(client: Child): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    client.onData((chunk) => {
      said += new TextDecoder().decode(chunk);
      if (said.includes("%session-changed")) resolve();
    });
    void client.exited.then(() => reject(new Failure("failed", `tmux can't be attached to: ${said.trim()}`)));
  });
}

/** "0", "1 127", or "1  9", trailing blanks cut off. Sometimes tmux (3.3) never learns a program's exit status. */
function exitIn(state: string): number | null | undefined {
  const [, isDead, code] = /^(\d) ?(\d*)/.exec(state) ?? [];
  if (isDead !== "1") return undefined;
  return code === undefined || code === "" ? null : Number(code);
}

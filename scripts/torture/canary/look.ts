import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { processesOf } from "../../../rig/leftover.ts";

/** Where the canary was seen: what place, and more about it. */
export interface Sighting {
  readonly place: string;
  readonly at: string;
}

/** Looks for one text, as it is and in base64, wherever a program may leave it. */
export class Lookout {
  readonly #forms: readonly string[];
  readonly #user: { readonly dir: string; readonly home: string };
  readonly #seen = new Map<string, Sighting>();
  /** The number of processes that were looked at. */
  processes = 0;

  constructor(canary: string, user: { readonly dir: string; readonly home: string }) {
    const base64 = [canary, `a${canary}`, `aa${canary}`].map((text) =>
      Buffer.from(text).toString("base64").slice(4, -4)
    );
    this.#forms = [canary, ...base64];
    this.#user = user;
  }

  get sightings(): readonly Sighting[] {
    return [...this.#seen.values()];
  }

  text(place: string, at: string, text: string): void {
    if (this.#forms.some((form) => text.includes(form))) this.#seen.set(`${place} ${at}`, { place, at });
  }

  /** Arguments and environments of all processes of the user. */
  look(): void {
    for (const { pid } of processesOf(this.#user.home)) {
      this.processes++;
      for (const [place, name] of [["argv", "cmdline"], ["environ", "environ"]] as const) {
        this.text(place, nameOf(pid), read(`/proc/${pid}/${name}`));
      }
    }
  }

  /** All files below the user's folder but those in which logins belong. */
  files(): void {
    this.#below(this.#user.dir);
  }

  /** The buffers and screens of the user's servers of tmux. */
  tmux(): void {
    for (const socket of sockets(this.#user.dir)) {
      for (const words of [["list-buffers", "-F", "#{buffer_sample}"], ["capture-pane", "-p", "-S", "-"]]) {
        const { stdout } = spawnSync("tmux", ["-S", socket, ...words], { encoding: "utf8", timeout: 5000 });
        this.text("tmux", words[0]!, stdout ?? "");
      }
    }
  }

  #below(folder: string): void {
    for (const entry of entriesIn(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) this.#below(path);
      else if (entry.isFile() && !isOfLogins(path)) {
        this.text("file", path.slice(this.#user.dir.length), read(path));
      }
    }
  }
}

/** Files that hold what their user, or Codex, put there. */
function isOfLogins(path: string): boolean {
  return /^(auth.*\.json.*|config\.toml.*|\.env)$/.test(basename(path)) || path.endsWith("/bin/codex");
}

function entriesIn(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // gone
  }
}

function sockets(dir: string): string[] {
  const found: string[] = [];
  const below = (folder: string) => {
    for (const entry of entriesIn(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) below(path);
      else if (entry.isSocket() && path.includes("/tmux-")) found.push(path);
    }
  };
  below(dir);
  return found;
}

function read(path: string): string {
  try {
    return path.startsWith("/proc/") || statSync(path).size < 8 << 20 ? readFileSync(path, "latin1") : "";
  } catch {
    return ""; // gone
  }
}

function nameOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`).split("\0").slice(0, 6).map((word) => word.slice(0, 60)).join(" ");
}

import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process at the other end of a connection. */
export interface Peer {
  readonly pid: number;
  /** Its command line, words joined by one space. */
  readonly command: string;
}

/**
 * The process of this machine with the socket whose own port is `port`; undefined where `/proc` does not show it. Works
 * only while the connection is open.
 */
export function peerOf(port: number | undefined): Peer | undefined {
  if (port === undefined) return undefined;
  const inode = inodeOf(port);
  if (inode === undefined) return undefined;
  const wanted = `socket:[${inode}]`;
  for (const pid of processes()) {
    if (opens(pid, wanted)) return { pid, command: commandOf(pid) };
  }
  return undefined;
}

/** Every process id that `/proc` lists; none where there is no `/proc`. */
export function processes(): number[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number);
  } catch {
    return [];
  }
}

/** The command line of a process, words joined by one space; "" when it is gone. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ").trim();
  } catch {
    return "";
  }
}

/** Columns of `/proc/net/tcp`: 1 = local address:port in hex, 9 = inode. */
function inodeOf(port: number): string | undefined {
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    let text: string;
    try {
      text = readFileSync(table, "utf8");
    } catch {
      continue;
    }
    for (const line of text.split("\n").slice(1)) {
      const columns = line.trim().split(/\s+/);
      if (columns[1]?.endsWith(local) && columns[9] !== "0") return columns[9];
    }
  }
  return undefined;
}

function opens(pid: number, target: string): boolean {
  let descriptors: string[];
  try {
    descriptors = readdirSync(`/proc/${pid}/fd`);
  } catch {
    return false; // gone, or another user's
  }
  return descriptors.some((descriptor) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${descriptor}`) === target;
    } catch {
      return false; // closed meanwhile
    }
  });
}

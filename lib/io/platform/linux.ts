import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { errnoOf, isForbidden } from "../../core/text/failure.ts";
import { tableLinesOf } from "./kernel_table.ts";
import { macos } from "./macos.ts";
import type { Platform, ProcessView } from "./platform.ts";

/** The unit of start times in /proc, on every architecture (USER_HZ). */
const TICK_MS = 10;

/** Reads /proc (proc(5)). Denied Deno permissions are thrown. */
const PROC: ProcessView = {
  numbers() {
    try {
      return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number);
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return [];
      throw error;
    }
  },
  commandLineOf: (pid) => procFile(pid, "cmdline").split("\0").slice(0, -1),
  ownCommandLine() {
    try {
      return readFileSync("/proc/self/cmdline");
    } catch {
      return undefined;
    }
  },
  variableOf(pid, name) {
    const entry = procFile(pid, "environ").split("\0").find((line) => line.startsWith(`${name}=`));
    return entry?.slice(name.length + 1);
  },
  ageOf(pid) {
    try {
      const ticks = Number(fieldsOf(pid)[19]);
      const up = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
      return Number.isFinite(ticks) && Number.isFinite(up) ? up * 1000 - ticks * TICK_MS : undefined;
    } catch {
      return undefined; // not visible to us
    }
  },
  parentOf: (pid) => Number(fieldsOf(pid)[1] ?? 0),
  groupOf(pid) {
    try {
      return Number(fieldsOf(pid)[2] ?? 0);
    } catch {
      return 0;
    }
  },
  ownerOf(pid) {
    const [, uid] = /^Uid:\s+(\d+)/m.exec(procFile(pid, "status")) ?? [];
    return uid === undefined ? undefined : Number(uid);
  },
  openFilesOf(pid) {
    const folder = `/proc/${pid}/fd`;
    let names: string[];
    try {
      names = readdirSync(folder);
    } catch {
      return []; // another user's process, or gone
    }
    return names.flatMap((name) => {
      try {
        return [readlinkSync(`${folder}/${name}`)];
      } catch {
        return []; // closed meanwhile
      }
    });
  },
  networkNamespace() {
    try {
      return readlinkSync("/proc/self/ns/net");
    } catch {
      return undefined; // no /proc, or not visible to us
    }
  },
  lockHolders() {
    let lines: Set<string>;
    try {
      lines = tableLinesOf("/proc/locks");
    } catch {
      return undefined;
    }
    const holders = new Map<string, number>();
    for (const line of lines) {
      const [, pid, inode] = /^FLOCK +\S+ +\S+ +(-?\d+) [0-9a-f]+:[0-9a-f]+:(\d+) /.exec(line) ?? [];
      if (pid !== undefined && inode !== undefined) holders.set(inode, Math.max(0, Number(pid)));
    }
    return holders;
  },
};

/** Linux: a Unix with /proc. */
export const linux: Platform = {
  ...macos,
  startTimeOf(pid) {
    const fields = fieldsOf(pid);
    const [state] = fields;
    return state === "Z" || state === "X" ? undefined : fields[19];
  },
  hasTerminal: () => !["0", undefined].includes(visibleFieldsOf("self")[4]),
  terminalRoleOf(pid) {
    const [, , group, session, terminal, foreground] = visibleFieldsOf(pid);
    if (foreground === undefined) return undefined;
    return {
      hasTerminal: terminal !== "0",
      isForeground: group === foreground,
      leadsSession: session === String(pid),
    };
  },
  isStopped: (pid) => visibleFieldsOf(pid)[0] === "T",
  ignoredSignals() {
    try {
      const [, mask = "0"] = /^SigIgn:\s+([0-9a-f]+)/m.exec(procFile("self", "status")) ?? [];
      return OUTSIDE.filter(([, number]) => (BigInt(`0x${mask}`) >> BigInt(number - 1)) & 1n).map(([name]) =>
        name
      );
    } catch {
      return []; // not visible to us
    }
  },
  bootId: () => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
  processes: PROC,
};

/** The signals that come from outside of a program, with their numbers (signal(7)). */
const OUTSIDE = [
  ["SIGHUP", 1],
  ["SIGINT", 2],
  ["SIGQUIT", 3],
  ["SIGUSR1", 10],
  ["SIGUSR2", 12],
  ["SIGTERM", 15],
  ["SIGTSTP", 20],
  ["SIGTTIN", 21],
  ["SIGTTOU", 22],
] as const;

/** The same fields; none when they are not visible to us. */
function visibleFieldsOf(pid: number | "self"): string[] {
  try {
    return fieldsOf(pid);
  } catch {
    return [];
  }
}

/** Fields of /proc/<pid>/stat, counted after the name in parentheses, which may contain any character. */
function fieldsOf(pid: number | "self"): string[] {
  const text = procFile(pid, "stat");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

function procFile(pid: number | "self", name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch (error) {
    if (isForbidden(error)) throw error;
    return "";
  }
}

import type { TerminalRole } from "./terminal_role.ts";

/** The platform-dependent operations of the program; linux, macos and windows implement them. */
export interface Platform {
  /** The start time of a process, only ever compared; undefined when it does not exist or is a zombie. */
  startTimeOf(pid: number): string | undefined;
  /** The identity of the current boot; empty where start times are enough. */
  bootId(): string;
  /** The view of processes; undefined where only their existence can be checked. */
  readonly processes: ProcessView | undefined;
  /** Files and processes have numeric owners. */
  readonly hasUserNumbers: boolean;
  /** Processes and process groups accept any signal; otherwise a process can only be ended. */
  readonly hasSignals: boolean;
  /** A process can be replaced by another program. */
  readonly canBecome: boolean;
  /** tmux is available. */
  readonly hasTmux: boolean;
  /** Every user may make symbolic links. */
  readonly linksFreely: boolean;
  /** A folder can be flushed to the disk. */
  readonly flushesFolders: boolean;
  /** Folders must be removed name by name. */
  readonly removesStepwise: boolean;
  /** The system call behind locks. */
  readonly lockCall: "flock" | "LockFileEx";
  /** The signals for a program that another one runs in its terminal. */
  readonly terminalSignals: TerminalSignals;
  /** Tells whether this process has a controlling terminal; false when that is not visible. */
  hasTerminal(): boolean;
  /** The relation of a process to its terminal; undefined when not visible. */
  terminalRoleOf(pid: number): TerminalRole | undefined;
  /** Tells whether a process is stopped, as by Ctrl-Z. */
  isStopped(pid: number): boolean;
  /** The signals of a terminal or of `kill` that this process ignores; none where that is not visible. */
  ignoredSignals(): readonly NodeJS.Signals[];
  /** Exit codes over 255; undefined where they do not exist. */
  readonly longExitCodes: LongExitCodes | undefined;
  /** The root folder, used as the home of a user without one. */
  readonly rootFolder: string;
  /** Runs a file operation, with retries for a while where other processes' open files block it. */
  patiently<T>(action: () => T): T;
  /** Tells whether a file operation failed only because another process has the file open. */
  isPassing(error: unknown): boolean;
  /** The home folder of a user, by name or number; undefined when unknown. */
  homeOfUser(user: string | number): string | undefined;
  /** The compiled time zone of `TZ`, or of this machine; undefined when unknown. */
  zoneFile(name: string | undefined): Uint8Array | undefined;
  /** A command line that runs `command` without core dumps. */
  withoutCores(command: readonly string[]): readonly string[];
  /** Advice for a user on how to find the processes that have a file open. */
  holderHint(path: string): string;
}

/** The visible facts about processes of all users. */
export interface ProcessView {
  /** The ids of all processes. */
  numbers(): number[];
  /** The command line of a process; empty when it is gone or not visible to us. */
  commandLineOf(pid: number): string[];
  /** The command line of this process, a NUL after each word. */
  ownCommandLine(): Uint8Array | undefined;
  /** One environment variable of a process; undefined when unset or not visible to us. */
  variableOf(pid: number, name: string): string | undefined;
  /** The time since the start of a process, in milliseconds; undefined when not visible. */
  ageOf(pid: number): number | undefined;
  /** The parent of a process; 0 when not visible. */
  parentOf(pid: number): number;
  /** The process group of a process; 0 when not visible. */
  groupOf(pid: number): number;
  /** The owner of a process. */
  ownerOf(pid: number): number | undefined;
  /** The paths of the open files of a process, as far as visible. */
  openFilesOf(pid: number): string[];
  /** The network namespace of this process; undefined when not visible. */
  networkNamespace(): string | undefined;
  /** The holders of `flock` locks, by inode number; undefined when unknown. */
  lockHolders(): ReadonlyMap<string, number> | undefined;
}

export interface TerminalSignals {
  /** Signals that the terminal sends to the program itself. */
  readonly borne: readonly NodeJS.Signals[];
  /** Signals to forward, unless they were sent to the whole process group. */
  readonly passed: readonly NodeJS.Signals[];
}

/** Access to exit codes that a runtime truncates. */
export interface LongExitCodes {
  /** Ends this process with an untruncated exit code. */
  exitWith(code: number): void;
  /** Watches a process that was just started; returns its full exit code once it has ended. */
  watch(pid: number): () => number | undefined;
}

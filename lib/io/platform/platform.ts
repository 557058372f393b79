/** What the rest of the program asks of the system it runs on; linux, macos and windows answer. */
export interface Platform {
  /** When a process started, only ever compared; undefined when there is none, or only its zombie. */
  startTimeOf(pid: number): string | undefined;
  /** Which boot of the system this is; empty where start times are enough. */
  bootId(): string;
  /** What it shows of processes; undefined where that is nothing but whether they live. */
  readonly processes: ProcessView | undefined;
  /** Whether files and processes belong to users with numbers. */
  readonly hasUserNumbers: boolean;
  /** Whether a process can be sent any signal, and a process group too; otherwise it can only be ended. */
  readonly hasSignals: boolean;
  /** Whether a process can turn into another program. */
  readonly canBecome: boolean;
  /** Whether tmux is to be had. */
  readonly hasTmux: boolean;
  /** Whether everybody may make symbolic links. */
  readonly linksFreely: boolean;
  /** Whether a folder can be flushed to the disk. */
  readonly flushesFolders: boolean;
  /** Whether folders must be removed name by name. */
  readonly removesStepwise: boolean;
  /** The system call behind locks. */
  readonly lockCall: "flock" | "LockFileEx";
  /** Which signals concern a program that another one runs at its terminal. */
  readonly terminalSignals: TerminalSignals;
  /** Exit codes over 255; undefined where there are none. */
  readonly longExitCodes: LongExitCodes | undefined;
  /** The root folder, which is the home of who has none. */
  readonly rootFolder: string;
  /** Does something to a file, again and again for a while where others who have it open keep that from being done. */
  patiently<T>(action: () => T): T;
  /** Whether something could not be done to a file for the moment only, because others have it open. */
  isPassing(error: unknown): boolean;
  /** The home folder of a user, by name or number; undefined when it can't be told. */
  homeOfUser(user: string | number): string | undefined;
  /** The compiled time zone that `TZ` names, or that of this machine; undefined when it can't be told. */
  zoneFile(name: string | undefined): Uint8Array | undefined;
  /** A command line that runs `command` without core dumps. */
  withoutCores(command: readonly string[]): readonly string[];
  /** Tells a user how to find who has a file open. */
  holderHint(path: string): string;
}

/** What can be seen of processes, anybody's. */
export interface ProcessView {
  /** The numbers of all processes. */
  numbers(): number[];
  /** The words a process was started with; none when it is gone or not ours to see. */
  commandLineOf(pid: number): string[];
  /** What this process was started with, a NUL after each word. */
  ownCommandLine(): Uint8Array | undefined;
  /** One variable of the environment of a process; undefined when it has none or is not ours to see. */
  variableOf(pid: number, name: string): string | undefined;
  /** The parent of a process; 0 when it can't be seen. */
  parentOf(pid: number): number;
  /** The process group of a process; 0 when it can't be seen. */
  groupOf(pid: number): number;
  /** The owner of a process. */
  ownerOf(pid: number): number | undefined;
  /** The paths of the files that a process has open, as far as we may see. */
  openFilesOf(pid: number): string[];
  /** The network namespace of this process; undefined when it can't be seen. */
  networkNamespace(): string | undefined;
  /** Who holds a `flock`, by inode number; undefined where that can't be known. */
  lockHolders(): ReadonlyMap<string, number> | undefined;
}

export interface TerminalSignals {
  /** What the terminal tells the program itself. */
  readonly borne: readonly NodeJS.Signals[];
  /** What is to be passed on. */
  readonly passed: readonly NodeJS.Signals[];
}

/** What to do about exit codes that a runtime cuts. */
export interface LongExitCodes {
  /** Ends this process with the whole of a code. */
  exitWith(code: number): void;
  /** Takes hold of a process that was just started; the answer, once it has ended, is its whole exit code. */
  watch(pid: number): () => number | undefined;
}

/** A Windows of its own, by wine, with a user of its own: nothing outside of one folder is changed. */
import { spawn, spawnSync } from "node:child_process";
import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of Debian's wine64 programs, which is not on PATH. */
const WINE = "/usr/lib/wine/wine64";
const SERVER = "/usr/lib/wine/wineserver64";
const COMPILER = "x86_64-w64-mingw32-gcc";
/** Paths with a blank, and with a letter that no code page of the old times need have. */
const USER = "Zoë Q";
/** A start takes a third of a second here; a machine under load may need more. */
const PATIENCE_MS = 120_000;

export interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Prefix {
  /** The folder of the user, as this machine sees it: `C:\users\Zoë Q`. */
  readonly profile: string;
  /** The same, as Windows sees it. */
  readonly windowsProfile: string;
  /** `C:\`, as this machine sees it. */
  readonly drive: string;
  /** Runs the program with these arguments, `C:\bin` first on its PATH. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Runs another program, given as Windows names it. */
  start(program: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Answer>;
  /** The number of starts that ended without output and were repeated. */
  silent(): number;
  /** Ends all that runs in it, and waits for that. */
  close(): Promise<void>;
}

/** Makes a Windows in `folder` with a copy of `program` as `C:\bin\agentlb.exe`. Throws when wine can't be had to work. */
export function openPrefix(folder: string, program: string): Prefix {
  const prefix = join(folder, "prefix");
  const drive = join(prefix, "drive_c");
  const bin = join(drive, "bin");
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: folder,
    USER,
    // Without this, wine misreads non-ASCII arguments.
    LC_ALL: "C.UTF-8",
    WINEPREFIX: prefix,
    WINEDEBUG: "-all",
    WINEPATH: "C:\\bin",
    // No .NET, no browser, no menu entries: nothing that would ask to be installed.
    WINEDLLOVERRIDES: "mscoree=;mshtml=;winemenubuilder.exe=",
  };
  mkdirSync(prefix, { recursive: true });
  const kill = () => spawnSync(SERVER, ["-k"], { env, stdio: "ignore", timeout: PATIENCE_MS });
  try {
    // Without a keeper the server would belong to the first program, and hold what that one has open.
    must(SERVER, ["-p"], env);
    must(WINE, ["wineboot", "-i"], env);
    mkdirSync(bin, { recursive: true });
    copyFileSync(program, join(bin, "agentlb.exe"));
    compile("bcryptprimitives.c", ["-shared", "-o", join(bin, "bcryptprimitives.dll")]);
    compile("puppet.c", ["-municode", "-o", join(bin, "codex.exe")]);
  } catch (error) {
    kill();
    throw error;
  }
  let [silent, isClosed] = [0, false];
  const under = new Set<Promise<Answer>>();
  const start: Prefix["start"] = async (program, args, more = {}) => {
    for (let left = 2;; left--) {
      const running = answerOf(folder, [WINE, program, ...args], { ...env, ...more });
      under.add(running);
      const answer = await running.finally(() => under.delete(running));
      // Under load wine ends a program now and then before it has begun; ours never fail without a word.
      if (left === 0 || isClosed || answer.code === 0 || answer.stdout + answer.stderr !== "") return answer;
      silent++;
    }
  };
  return {
    profile: join(drive, "users", USER),
    windowsProfile: `C:\\users\\${USER}`,
    drive,
    start,
    silent: () => silent,
    run: (args, more) => start("C:\\bin\\agentlb.exe", args, more),
    async close() {
      isClosed = true;
      kill();
      await Promise.allSettled(under);
      kill(); // what was about to start has started another server
    },
  };
}

/** The programs for this that are missing on this machine. */
export function missingForWine(): string[] {
  return [[WINE, "--version"], [COMPILER, "--version"]].flatMap(([file = "", word = ""]) =>
    spawnSync(file, [word], { stdio: "ignore" }).error === undefined ? [] : [file]
  );
}

function compile(source: string, words: readonly string[]): void {
  const path = fileURLToPath(new URL(source, import.meta.url));
  must(COMPILER, ["-O2", "-s", "-Wall", "-Wextra", "-Werror", path, ...words], {
    PATH: process.env.PATH ?? "",
    TMPDIR: tmpdir(),
  });
}

function must(file: string, args: readonly string[], env: Readonly<Record<string, string>>): void {
  const stdio = ["ignore", "ignore", "ignore"] as const;
  const { status, error } = spawnSync(file, args, { env, stdio: [...stdio], timeout: PATIENCE_MS });
  if (status === 0) return;
  throw new Error(`${file} ${args.join(" ")} failed: ${error?.message ?? `exit code ${status}`}`);
}

/** Runs with output to files, because the supervisor would keep an end of a pipe open. */
function answerOf(
  folder: string,
  [file = "", ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Answer> {
  const id = crypto.randomUUID();
  const [out, err] = [join(folder, `${id}.out`), join(folder, `${id}.err`)];
  const [outFd, errFd] = [openSync(out, "w"), openSync(err, "w")];
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      env,
      cwd: folder,
      stdio: ["ignore", outFd, errFd],
      timeout: PATIENCE_MS,
      killSignal: "SIGKILL",
    });
    child.once("error", reject);
    child.once("exit", (code) => {
      resolve({ code, stdout: readFileSync(out, "utf8"), stderr: readFileSync(err, "utf8") });
    });
    closeSync(outFd);
    closeSync(errFd);
  });
}

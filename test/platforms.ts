/** Which tests run on which system: all on Linux, elsewhere those that need nothing of it. */

/** Paths of files and folders from the top of the tree. */
export interface Tests {
  /** Run on Node, Deno and Bun. */
  readonly unit: readonly string[];
  /** Tests of the whole program and of its rig: run once, driven from Node. */
  readonly whole: readonly string[];
  /** Files among these that are left out. */
  readonly but?: readonly string[];
  /** The ways in which these start the program (RIG_WAYS); all when not said. */
  readonly ways?: string;
}

const ALL: Tests = {
  unit: ["test/core", "test/io", "test/app", "test/cli", "test/layers", "test/docs", "test/runtime"],
  whole: ["test/e2e", "test/rig", "test/scripts"],
};

const NAMED: Readonly<Record<string, Tests>> = {
  darwin: {
    unit: ALL.unit,
    whole: [
      "test/rig/isolation.test.ts",
      "test/rig/platforms.test.ts",
      "test/rig/tally.test.ts",
      "test/e2e/config.test.ts",
      "test/e2e/install.test.ts",
      "test/e2e/install_download.test.ts",
      "test/e2e/install_powershell.test.ts",
      "test/e2e/install_release.test.ts",
      "test/e2e/install_script.test.ts",
      "test/e2e/pool_commands.test.ts",
      "test/e2e/pool_shim.test.ts",
      "test/e2e/status.test.ts",
      "test/e2e/uninstall.test.ts",
      "test/e2e/workflows.test.ts",
      "test/scripts",
    ],
  },
  win32: {
    // What passes under wine, and takes no lock: only Bun's own runtime can there.
    unit: [
      "test/core",
      "test/app/codex/batch_file.test.ts",
      "test/app/pool/watch/restart.test.ts",
      "test/cli/arguments.test.ts",
      "test/cli/pool/arguments.test.ts",
      "test/cli/tokens.test.ts",
      "test/io/files/read.test.ts",
      "test/io/files/folders.test.ts",
      "test/io/formats.test.ts",
      "test/io/files/lines.test.ts",
      "test/io/pattern.test.ts",
      "test/io/platform/patience.test.ts",
      "test/io/platform/platform.test.ts",
      "test/io/platform/windows.test.ts",
      "test/docs.test.ts",
      "test/runtime.test.ts",
    ],
    // Names that no file can have there, and what a POSIX shell makes of words.
    but: ["test/core/pool/python/glob.test.ts", "test/core/shell/split_words.test.ts"],
    whole: [
      "test/rig/platforms.test.ts",
      "test/rig/tally.test.ts",
      "test/e2e/install_powershell.test.ts",
      "test/e2e/workflows.test.ts",
      "test/scripts/notes.test.ts",
      "test/scripts/publish.test.ts",
    ],
    // As for the lock.
    ways: "compiled",
  },
};

/** The tests of a system, by the name that `process.platform` has for it. */
export function testsOn(platform: string): Tests {
  return NAMED[platform] ?? ALL;
}

/** The systems whose tests are named one by one. */
export const NAMED_PLATFORMS: readonly string[] = Object.keys(NAMED);

/** Whether a word of the command line of the suite means tests of the whole program. */
export function isWhole(word: string): boolean {
  return ALL.whole.some((folder) => word.startsWith(folder));
}

/** Whether it means unit tests. */
export function isUnit(word: string): boolean {
  return ALL.unit.some((folder) => word.startsWith(folder));
}

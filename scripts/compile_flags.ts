/**
 * The flags of `bun build` for a program without a runtime. `--splitting` separates the code of each command, so that
 * the rest is not read: a pick starts a fifth faster. Without the two `--no-compile-autoload` flags, a `.env` or a
 * `bunfig.toml` in the current folder could set the program's environment or run code in its process.
 */
export const COMPILE: readonly string[] = [
  "--compile",
  "--splitting",
  "--minify",
  "--bytecode",
  "--format=esm",
  "--compile-jit-policy=100",
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
];

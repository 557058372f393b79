/**
 * How `bun build` makes a program that needs no runtime. `--splitting` keeps what one command needs apart from the rest,
 * which then is not even read: a pick starts a fifth faster. Without the two `--no-compile-autoload` flags a `.env` or a
 * `bunfig.toml` in whatever folder the user stands in would set our environment or run code in our process.
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

import { pathsOn, type Surroundings, variable } from "./surroundings.ts";

/** What Windows can start by itself or through its command interpreter; other kinds of PATHEXT are documents. */
const STARTABLE: readonly string[] = [".com", ".exe", ".bat", ".cmd"];

/**
 * The files that the name of a program may mean, in the order in which they are to be looked for: a path is taken as it
 * is (relative to `cwd`), a name stands for a file in one of the absolute folders of PATH. On Windows an extension that
 * PATHEXT names may be left out.
 */
export function programFiles(name: string, around: Surroundings & { readonly cwd: string }): string[] {
  const { env, platform, cwd } = around;
  const paths = pathsOn(platform);
  if (isPath(name, around)) {
    const path = paths.resolve(cwd, name);
    return platform === "win32" ? [...withExtensions(path, around), path] : [path];
  }
  const names = platform === "win32" ? withExtensions(name, around) : [name];
  return (variable(env, "PATH", platform) ?? "").split(paths.delimiter)
    .map((folder) => platform === "win32" ? folder.replaceAll('"', "") : folder)
    .filter((folder) => paths.isAbsolute(folder))
    .flatMap((folder) => names.map((each) => paths.join(folder, each)));
}

/** Whether a program was given as a path, which is not looked up on PATH. */
export function isPath(name: string, { platform }: Pick<Surroundings, "platform">): boolean {
  return platform === "win32" ? /[\\/]|^[A-Za-z]:/.test(name) : name.includes("/");
}

/** The name of a program without its folder, and on Windows without what PATHEXT adds. */
export function plainName(program: string, { platform }: Pick<Surroundings, "platform">): string {
  const name = pathsOn(platform).basename(program);
  return platform === "win32" ? name.replace(/\.(com|exe|bat|cmd)$/i, "").toLowerCase() : name;
}

/** Whether a file is a batch file, which only its interpreter can start. */
export function isBatchFile(path: string, { platform }: Pick<Surroundings, "platform">): boolean {
  return platform === "win32" && /\.(cmd|bat)$/i.test(path);
}

/** What the file of a compiled program is called. */
export function programFile(name: string, { platform }: Pick<Surroundings, "platform">): string {
  return platform === "win32" ? `${name}.exe` : name;
}

function withExtensions(name: string, { env, platform }: Surroundings): string[] {
  const named = (variable(env, "PATHEXT", platform) ?? "").toLowerCase().split(";")
    .filter((extension) => STARTABLE.includes(extension));
  const extensions = named.length === 0 ? STARTABLE : named;
  const isWhole = extensions.some((extension) => name.toLowerCase().endsWith(extension));
  return [...(isWhole ? [name] : []), ...extensions.map((extension) => name + extension)];
}

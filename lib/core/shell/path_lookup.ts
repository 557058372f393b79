import { pathsOn, type Surroundings, variable } from "./surroundings.ts";

/** The extensions that Windows starts by itself or through its command interpreter; others in PATHEXT are documents. */
const STARTABLE: readonly string[] = [".com", ".exe", ".bat", ".cmd"];

/**
 * The files that the name of a program may mean, in order of lookup: a path is used as it is (relative to `cwd`), a
 * name means a file in one of the absolute folders of PATH. On Windows an extension from PATHEXT may be omitted.
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

/** Tells whether a program was given as a path, which is not looked up on PATH. */
export function isPath(name: string, { platform }: Pick<Surroundings, "platform">): boolean {
  return platform === "win32" ? /[\\/]|^[A-Za-z]:/.test(name) : name.includes("/");
}

/** The name of a program without its folder, and on Windows without a PATHEXT extension. */
export function plainName(program: string, { platform }: Pick<Surroundings, "platform">): string {
  const name = pathsOn(platform).basename(program);
  return platform === "win32" ? name.replace(/\.(com|exe|bat|cmd)$/i, "").toLowerCase() : name;
}

/** Tells whether a file is a batch file, which only its interpreter can start. */
export function isBatchFile(path: string, { platform }: Pick<Surroundings, "platform">): boolean {
  return platform === "win32" && /\.(cmd|bat)$/i.test(path);
}

/** The file name of a compiled program. */
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

import { pathsOn } from "./surroundings.ts";

/** The target of a batch file: a program, or a script that Node runs. */
export type Behind = { readonly program: string } | { readonly script: string };

/**
 * The target of the batch file that npm puts in place of a package's program; undefined for any other batch file.
 * `file` is its path, `text` its content (cmd-shim 8, whose last line is `"%_prog%" "%dp0%\node_modules\…\x.js" %*`).
 */
export function behindShim(file: string, text: string): Behind | undefined {
  const [, target] = /"%(?:~dp0|dp0%)\\?([^"%]+)"\s+%\*/i.exec(text) ?? [];
  if (target === undefined) return undefined;
  const { dirname, join } = pathsOn("win32");
  const path = join(dirname(file), target);
  if (/\.(exe|com)$/i.test(path)) return { program: path };
  return /^\s*SET "_prog=node"/im.test(text) ? { script: path } : undefined;
}

/** The programs that one executable is; all but `agentlb` are pool programs. */
export type Program = "agentlb" | "cap" | "clb";

/**
 * Which program was meant: the first word may name one; else the name it was started by does, whatever stands behind a
 * dot or a dash (`cap.js`, `cap-linux-x64`).
 */
export function programOf(
  startedAs: string,
  args: readonly string[],
): { readonly program: Program; readonly args: readonly string[] } {
  const [, name] = /^(cap|clb)(?:[.-].*)?$/.exec(startedAs.toLowerCase()) ?? [];
  if (isPool(name)) return { program: name, args };
  return isPool(args[0]) ? { program: args[0], args: args.slice(1) } : { program: "agentlb", args };
}

function isPool(name: string | undefined): name is "cap" | "clb" {
  return name === "cap" || name === "clb";
}

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

type Runtime = "deno" | "bun" | "node";

/** The least versions that everything works on; of Node a line beside the newest one, too. */
export const LEAST: Readonly<Record<Runtime, readonly [string, ...string[]]>> = {
  deno: ["2.7"],
  bun: ["1.2.6"],
  node: ["20.16", "22.3"],
};

const NAMES: Readonly<Record<Runtime, string>> = { deno: "Deno", bun: "Bun", node: "Node" };

/** What the runtime with these `process.versions` lacks, as "needs Deno 2.7, this is 2.5.6"; undefined when it will do. */
export function lackOf(versions: Readonly<Record<string, string | undefined>>): string | undefined {
  const runtime = versions.deno !== undefined ? "deno" : versions.bun !== undefined ? "bun" : "node";
  const version = versions[runtime] ?? "";
  const found = numbersOf(version);
  const least = LEAST[runtime];
  // Of lines before the newest, what follows the line itself is older than it looks.
  const isFit = least.some((each, at) => {
    const wanted = numbersOf(each);
    return isAtLeast(found, wanted) && (at === least.length - 1 || found[0] === wanted[0]);
  });
  return isFit ? undefined : `needs ${NAMES[runtime]} ${least.join(" or ")}, this is ${version}`;
}

function numbersOf(version: string): number[] {
  return version.split(".").map((part) => Number.parseInt(part, 10));
}

function isAtLeast(found: readonly number[], wanted: readonly number[]): boolean {
  for (const [at, number] of wanted.entries()) {
    const own = found[at] ?? 0;
    if (own !== number) return own > number;
  }
  return true;
}

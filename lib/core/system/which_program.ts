/** The programs in one executable; all but `agentlb` are pool programs. */
export type Program = "agentlb" | "cap" | "clb";

/**
 * The program that was called: by the first word if it names one, else by the program's own file name up to a dot or
 * dash (`cap.js`, `cap-linux-x64`).
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

/** Minimum versions; of Node also one for an older release line. */
export const LEAST: Readonly<Record<Runtime, readonly [string, ...string[]]>> = {
  deno: ["2.7"],
  bun: ["1.2.6"],
  node: ["20.16", "22.3"],
};

const NAMES: Readonly<Record<Runtime, string>> = { deno: "Deno", bun: "Bun", node: "Node" };

/**
 * The unmet requirement of the runtime with these `process.versions`, as "needs Deno 2.7, this is 2.5.6"; undefined
 * when there is none.
 */
export function lackOf(versions: Readonly<Record<string, string | undefined>>): string | undefined {
  const runtime = versions.deno !== undefined ? "deno" : versions.bun !== undefined ? "bun" : "node";
  const version = versions[runtime] ?? "";
  const found = numbersOf(version);
  const least = LEAST[runtime];
  // Only the same line counts below the newest: 21.0 is above 20.16, but older.
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

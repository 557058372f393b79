/**
 * Joins the sources into few files before they are compiled. Bun makes a file of its own for each set of modules that the
 * same commands need, so a pick would load fifty, and more with each new command. Here what a pick of agentlb, a pick of cap
 * and both need are one file each, and what a prompt needs of the first is another.
 */
import { join } from "node:path";
import { rolldown } from "rolldown";

/** What the commands that start most often load: a module that each names, and all that those import. */
const STARTS = {
  agentlb: [
    "lib/cli/main.ts",
    "lib/cli/commands/best.ts",
    "lib/cli/commands/rr.ts",
    "lib/cli/commands/pick.ts",
    "lib/app/pick/choose.ts",
    "lib/io/lock/flock_bun.ts",
  ],
  cap: ["lib/cli/pool/main.ts", "lib/app/pool/pick/picks.ts", "lib/io/lock/flock_bun.ts"],
  prompt: ["lib/cli/prompt/quick.ts"],
  status: ["lib/cli/commands/status.ts", "lib/app/pick/report_here.ts", "lib/cli/view/status.ts"],
};

/** Writes the program, from `entry` on, as modules into `folder`; returns the path of the first. */
export async function writeChunks(tree: string, entry: string, folder: string): Promise<string> {
  const imports = new Map<string, readonly string[]>();
  const bundle = await rolldown({
    input: join(tree, entry),
    cwd: tree,
    platform: "node",
    preserveEntrySignatures: false,
    external: [/^node:/, /^bun:/],
    plugins: [{ name: "imports", moduleParsed: ({ id, importedIds }) => void imports.set(id, importedIds) }],
    onLog(level, { code, message }) {
      // A module that a start loads is no file of its own, whoever else loads it later.
      if (level === "warn" && code !== "INEFFECTIVE_DYNAMIC_IMPORT") throw new Error(message);
    },
  });
  let groups: ReadonlyMap<string, string> | undefined;
  const nameOf = (id: string) => (groups ??= groupsOf(tree, entry, imports)).get(id) ?? null;
  try {
    await bundle.write({
      dir: folder,
      format: "esm",
      entryFileNames: "[name].js",
      chunkFileNames: "[name]-[hash].js",
      codeSplitting: {
        includeDependenciesRecursively: false,
        groups: [{ debugName: "starts", name: nameOf }],
      },
    });
  } finally {
    await bundle.close();
  }
  return join(folder, entry.replace(/\.ts$/, ".js"));
}

/** The file for each module of a start: "base" for those of several programs, "look" for a pick and a prompt. */
function groupsOf(
  tree: string,
  entry: string,
  imports: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, string> {
  const of = (names: readonly string[]) => closure(names.map((name) => join(tree, name)), imports);
  const [agentlb, cap] = [of(STARTS.agentlb), of(STARTS.cap)];
  const groups = new Map<string, string>();
  for (const id of of(STARTS.status)) groups.set(id, "status");
  for (const id of cap) groups.set(id, "cap");
  const prompt = of(STARTS.prompt);
  for (const id of prompt) if (!cap.has(id)) groups.set(id, "prompt");
  for (const id of agentlb) groups.set(id, cap.has(id) ? "base" : prompt.has(id) ? "look" : "agentlb");
  for (const id of of([entry])) groups.set(id, "base");
  groups.delete(join(tree, entry));
  return groups;
}

/** These modules and all that they import at once; throws for one that the program does not have. */
function closure(roots: readonly string[], imports: ReadonlyMap<string, readonly string[]>): Set<string> {
  const missing = roots.find((root) => !imports.has(root));
  if (missing !== undefined) throw new Error(`${missing} is not part of the program`);
  const found = new Set<string>();
  const pending = [...roots];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (found.has(id) || !imports.has(id)) continue;
    found.add(id);
    pending.push(...imports.get(id)!);
  }
  return found;
}

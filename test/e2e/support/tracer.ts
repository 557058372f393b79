// Preloaded into a Bun: notes in the file TRACER_OUT what is loaded, one name a line.
import { appendFileSync, readFileSync } from "node:fs";

interface Build {
  onLoad(
    which: { filter: RegExp },
    load: (file: { path: string }) => { contents: string; loader: "ts" | "js" },
  ): void;
}
interface BunGlobal {
  plugin(plugin: { name: string; setup(build: Build): void }): void;
  Transpiler: new (options: { loader: "ts" | "js" }) => {
    /** Without imports of types. */
    scanImports(text: string): { kind: string; path: string }[];
  };
}
const { Bun } = globalThis as unknown as { Bun: BunGlobal };

const note = (name: string) => appendFileSync(process.env.TRACER_OUT ?? "", `${name}\n`);

Bun.plugin({
  name: "tracer",
  setup(build) {
    // CommonJS that comes from a plugin loses its names; its door is noted all the same.
    build.onLoad({ filter: /^(?!.*\/node_modules\/yaml\/).*\.[cm]?[jt]s$/ }, ({ path }) => {
      const contents = readFileSync(path, "utf8");
      const loader = path.endsWith("ts") ? "ts" : "js";
      note(path);
      for (const found of new Bun.Transpiler({ loader }).scanImports(contents.replace(/^#!.*/, ""))) {
        // Modules of the runtime itself are not offered to plugins.
        if (found.kind === "import-statement" && found.path.startsWith("node:")) note(found.path);
      }
      return { contents, loader };
    });
  },
});

const getBuiltinModule = process.getBuiltinModule.bind(process);
process.getBuiltinModule = ((name: string) => {
  note(name);
  return getBuiltinModule(name);
}) as typeof process.getBuiltinModule;

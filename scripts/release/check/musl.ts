/**
 * A C++ library for programs for musl, which Debian has not: the few functions that Bun's runtime takes from it, out of the
 * static library of GCC, linked with musl's own C library.
 */
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { said } from "../../bun.ts";

/** Symbols that GCC's library needs from other C libraries than musl, unused in a program without exceptions. */
const SHIM = `
char __libc_single_threaded;
int _dl_find_object(void *address, void *result) { return -1; }
unsigned arc4random(void) { return 4; }
`;
const OF_CPP = /^(_Z\w+|__once\w+|__dynamic_cast|__cxa_(?:bad_typeid|demangle|guard_\w+|pure_virtual))$/;

/** Makes `libstdc++.so.6` in `folder` for one program. */
export async function linkCppLibrary(folder: string, program: string): Promise<void> {
  const [undefinedNames, relocations, library] = await Promise.all([
    said("nm", ["-D", "--undefined-only", program], folder),
    said("readelf", ["-rW", program], folder),
    said("g++", ["-print-file-name=libstdc++.a"], folder),
  ]);
  // Objects that the program copies into itself at its start count as its own for nm.
  const copied = relocations.split("\n").filter((line) => line.includes("R_X86_64_COPY"));
  const lines = [...undefinedNames.split("\n"), ...copied];
  const names = lines.flatMap((line) => line.trim().split(/\s+/).filter((word) => OF_CPP.test(word)));
  writeFileSync(join(folder, "shim.c"), SHIM);
  const gcc = dirname(library.trim());
  await said("musl-gcc", [
    "-shared",
    "-fPIC",
    "-o",
    "libstdc++.so.6",
    "-Wl,-soname,libstdc++.so.6",
    "shim.c",
    ...names.map((name) => `-Wl,-u,${name}`),
    "-Wl,--start-group",
    ...["libstdc++.a", "libgcc_eh.a", "libgcc.a"].map((name) => join(gcc, name)),
    "-Wl,--end-group",
  ], folder);
}

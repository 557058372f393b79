/**
 * `npm run release`: does `npm run build -- --all` and puts into `dist/release` an archive per machine, Debian
 * packages, the npm package, SHA256SUMS, the bill of materials and the install scripts. The same tree makes the same
 * bytes. Run with Bun.
 *
 * `--target NAME` (repeatable) for only these, with the npm package of the last build, `--out FOLDER` instead of `dist`, `--level 1…9` of compression (9).
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build, buildScripts } from "./build.ts";
import { said } from "./bun.ts";
import { shareTexts } from "./man.ts";
import { pack, stageArchive, textsIn } from "./release/archive.ts";
import { bundledPackages, packageIn } from "./release/bundled.ts";
import { checksums } from "./release/checksums.ts";
import { compileFor } from "./release/compile.ts";
import { debName, writeDeb } from "./release/deb.ts";
import { releaseBase, writeInstallers } from "./release/installers.ts";
import { licencesText } from "./release/licences.ts";
import { billOfMaterials } from "./release/sbom.ts";
import { type Target, targetOf, TARGETS } from "./release/targets.ts";

export interface Release {
  /** The output folder, with a subfolder per target, and `release`. */
  readonly out: string;
  readonly targets: readonly Target[];
  /** The compression level, 1 to 9. */
  readonly level: number;
}

/** Makes the release of the sources in `tree`. */
export async function release(tree: string, { out, targets, level }: Release): Promise<void> {
  const product = JSON.parse(readFileSync(join(tree, "package.json"), "utf8"));
  const base = releaseBase(product.repository, product.version);
  const packages = await bundledPackages(tree);
  const bun = packageIn(tree, "bun");
  const documents = textsIn(tree, licencesText(tree, packages, bun));
  const share = await shareTexts();
  const texts = { ...documents, ...share };
  const folder = join(out, "release");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files: string[] = [];

  for (const target of targets) {
    const built = join(out, target.name);
    await compileFor(tree, target, built);
    const name = `agentlb-${product.version}-${target.name}`;
    const stage = mkdtempSync(join(out, "stage-"));
    try {
      stageArchive(stage, name, target, { built, texts });
      files.push(`${name}${target.archive}`);
      await pack(stage, join(folder, files.at(-1)!), target, { texts, level });
      const deb = debName(target, product.version);
      if (deb !== undefined) {
        const { version, description } = product;
        const program = join(built, target.exe);
        const made = { version, description, program, texts: documents, share, level };
        writeDeb(stage, join(folder, deb), target, made);
        files.push(deb);
      }
    } finally {
      rmSync(stage, { recursive: true, force: true });
    }
  }

  files.push(await npmPackage(tree, folder));
  const bill = `agentlb-${product.version}.cdx.json`;
  writeFileSync(join(folder, bill), billOfMaterials(tree, product, packages, bun));
  files.push(bill, ...writeInstallers(tree, folder, base));
  writeFileSync(join(folder, "SHA256SUMS"), checksums(folder, files));

  for (const file of [...files, "SHA256SUMS"]) {
    console.log(`${file}  ${(statSync(join(folder, file)).size / 1024).toFixed(0)} KiB`);
  }
  if (base === undefined) {
    console.log(
      "package.json names no repository, so the install scripts have no address of their own: --base",
    );
  }
}

/** Packs the build as npm does, into `folder`; returns the name of the file. */
async function npmPackage(tree: string, folder: string): Promise<string> {
  const words = ["pack", "--ignore-scripts", "--json", `--pack-destination=${folder}`];
  const [packed] = JSON.parse(await said("npm", words, tree));
  return packed.filename;
}

if (import.meta.main) {
  const tree = fileURLToPath(new URL("..", import.meta.url));
  const { values } = parseArgs({
    options: {
      target: { type: "string", multiple: true },
      out: { type: "string", default: join(tree, "dist") },
      level: { type: "string", default: "9" },
    },
  });
  const began = Date.now();
  try {
    if (values.target === undefined) await build(tree);
    else if (!existsSync(join(tree, "dist/js/agentlb.js"))) await buildScripts(tree);
    const targets = values.target?.map(targetOf) ?? TARGETS;
    await release(tree, { out: resolve(values.out), targets, level: Number(values.level) });
    console.log(`released in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  } catch (thrown) {
    console.log(thrown instanceof Error ? thrown.message : String(thrown));
    process.exitCode = 1;
  }
}

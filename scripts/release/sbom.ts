/** The bill of materials of a release, in CycloneDX: what the programs contain, and nothing that only built them. */
import { Enums, Models, Serialize, SPDX, Spec } from "@cyclonedx/cyclonedx-library";
import type { Package } from "./bundled.ts";
import { locked } from "./lock.ts";
import { TARGETS } from "./targets.ts";

export interface Product {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly description: string;
}

/** The bill as JSON: the same text for the same content, so it has neither a time nor a number of its own. */
export function billOfMaterials(
  tree: string,
  product: Product,
  packages: readonly Package[],
  bun: Package,
): string {
  const root = new Models.Component(Enums.ComponentType.Application, product.name, {
    bomRef: `${product.name}@${product.version}`,
    version: product.version,
    description: product.description,
    licenses: licensed(product.license),
  });
  const libraries = new Map(packages.map((found) => [found.name, component(found)]));
  for (const { name, imports } of packages) {
    for (const other of imports) libraries.get(name)!.dependencies.add(libraries.get(other)!.bomRef);
  }
  const imported = new Set(packages.flatMap(({ imports }) => imports));
  for (const [name, library] of libraries) {
    if (!imported.has(name)) root.dependencies.add(library.bomRef);
  }
  const runtime = component(bun, Enums.ComponentType.Platform);
  for (const target of TARGETS) runtime.components.add(runtimeComponent(tree, target.runtime, bun));
  root.dependencies.add(runtime.bomRef);

  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: root }),
    components: new Models.ComponentRepository([...libraries.values(), runtime]),
  });
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

function component(found: Package, type = Enums.ComponentType.Library): Models.Component {
  const { name, version, license, integrity } = found;
  return new Models.Component(type, name, {
    bomRef: `${name}@${version}`,
    version,
    purl: `pkg:npm/${name}@${version}`,
    hashes: hashesOf(integrity),
    licenses: licensed(license),
  });
}

/** The package that the runtime of one kind of machine is out of. */
function runtimeComponent(tree: string, folder: string, { license }: Package): Models.Component {
  const { version, integrity } = locked(tree, folder);
  const [group = "", name = ""] = folder.split("/");
  return new Models.Component(Enums.ComponentType.Platform, name, {
    group,
    bomRef: `${folder}@${version}`,
    version,
    purl: `pkg:npm/${encodeURIComponent(group)}/${name}@${version}`,
    hashes: hashesOf(integrity),
    licenses: licensed(license),
  });
}

/** `sha512-<base64>` as the bill wants it. */
function hashesOf(integrity: string): Models.HashDictionary {
  const [algorithm, base64 = ""] = integrity.split(/-(.*)/s);
  if (algorithm !== "sha512") throw new Error(`an integrity by ${algorithm}, where sha512 was expected`);
  return new Models.HashDictionary([[
    Enums.HashAlgorithm["SHA-512"],
    Buffer.from(base64, "base64").toString("hex"),
  ]]);
}

function licensed(license: string): Models.LicenseRepository {
  const isOne = SPDX.isSupportedSpdxId(license);
  return new Models.LicenseRepository([
    isOne ? new Models.SpdxLicense(license) : new Models.LicenseExpression(license),
  ]);
}

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { expect, onTestFinished, test } from "vitest";
import { TREE } from "../../rig/codex.ts";
import { generateSchemas } from "../../scripts/schemas/generate.ts";

const FOLDER = join(TREE, "schemas");

/** The schemas in the tree, by the names of their files. */
function schemasHere(): Map<string, string> {
  const names = readdirSync(FOLDER).sort();
  return new Map(names.map((name) => [name, readFileSync(join(FOLDER, name), "utf8")]));
}

/** A tree with the same types, one text of which is another. */
function treeWith(path: string, from: string, to: string): string {
  const tree = mkdtempSync(join(tmpdir(), "agentlb-schemas-"));
  onTestFinished(() => rmSync(tree, { recursive: true, force: true }));
  for (const name of ["lib", "tsconfig.json"]) {
    cpSync(join(TREE, name), join(tree, name), { recursive: true });
  }
  symlinkSync(join(TREE, "node_modules"), join(tree, "node_modules"));
  const text = readFileSync(join(tree, path), "utf8");
  expect(text).toContain(from);
  writeFileSync(join(tree, path), text.replace(from, () => to));
  return tree;
}

test("the schemas are those of the types: else run `npm run schemas`", () => {
  expect(Object.fromEntries(schemasHere())).toEqual(Object.fromEntries(generateSchemas()));
});

test("each is named by what it describes, explains every output, and is a schema", () => {
  for (const [name, text] of schemasHere()) {
    const schema = JSON.parse(text);
    expect(`${schema.$id}`, name).toMatch(/^agentlb\.[a-z_-]+\/1$/);
    expect(name).toBe(`${schema.$id.slice("agentlb.".length, -"/1".length)}.json`);
    expect(schema.properties.schema, name).toEqual({ type: "string", const: schema.$id });
    expect(schema.required, name).toContain("schema");
    expect(schema.description, name).toMatch(/\w.*\w/);
    expect(text, name).not.toMatch(/\bundefined\b/);
    new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);
  }
});

test("a type that was changed is seen, also one that an output only uses", () => {
  const path = "lib/core/pick/report.ts";
  const key = "readonly active: number;\n  /** Its entry";
  const changed = generateSchemas(treeWith(path, key, key.replace("number", "string")));
  const stale = [...schemasHere()].flatMap(([name, text]) => changed.get(name) === text ? [] : [name]);
  expect(stale).toEqual(["status.json"]);
});

test("a part of outputs needs no schema of its own", () => {
  const part = "/** A part. */\nexport interface PartOutput {\n  readonly a: 1;\n}\n\n";
  const tree = treeWith("lib/cli/output/doctor.ts", "/** One finding", `${part}/** One finding`);
  expect([...generateSchemas(tree).keys()]).toEqual([...schemasHere().keys()]);
});

test("an output without a schema's name is refused", () => {
  const tree = treeWith("lib/cli/output/doctor.ts", '"agentlb.doctor/1"', "string");
  expect(() => generateSchemas(tree)).toThrow('DoctorOutput has a key "schema" without');
});

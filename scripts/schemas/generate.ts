/** JSON Schemas of everything that agentlb prints with `--json`, made from the types of `lib/cli/output`. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createGenerator, type Schema } from "ts-json-schema-generator";

const TREE = fileURLToPath(new URL("../..", import.meta.url));
const ROOM = "lib/cli/output";

/** The text of each schema by the name of its file ("status.json"). */
export function generateSchemas(tree: string = TREE): ReadonlyMap<string, string> {
  const generator = createGenerator({
    path: join(tree, ROOM, "*.ts"),
    tsconfig: join(tree, "tsconfig.json"),
    // `npm run check` does.
    skipTypeCheck: true,
    topRef: false,
    // Keys are added in a version: whoever checks with an older schema must not be told that they are wrong.
    additionalProperties: true,
    sortProps: false,
  });
  const made = outputsIn(join(tree, ROOM)).flatMap((name): [string, string][] => {
    const schema = generator.createSchema(name);
    // Without that key it is a part of others.
    if (schema.properties?.schema === undefined) return [];
    const id = idOf(name, schema);
    const file = `${id.slice("agentlb.".length, id.indexOf("/"))}.json`;
    const { $schema, ...rest } = schema;
    return [[file, `${JSON.stringify({ $schema, $id: id, title: name, ...rest }, inJsonWords, 2)}\n`]];
  });
  const schemas = new Map(made.sort(([a], [b]) => a < b ? -1 : 1));
  if (schemas.size !== made.length) throw new Error("Two outputs have one schema");
  return schemas;
}

/** JSON knows no undefined: such a key is absent. */
function inJsonWords(key: string, value: unknown): unknown {
  return key === "description" && typeof value === "string"
    ? value.replaceAll(/\bundefined\b/g, "absent")
    : value;
}

/** The interfaces that are printed: those whose names end in Output. */
function outputsIn(folder: string): string[] {
  return readdirSync(folder).flatMap((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    return Array.from(text.matchAll(/^export interface (\w+Output)\b/gm), ([, name]) => name!);
  });
}

/** The constant of its key `schema`: "agentlb.status/1". */
function idOf(name: string, { properties }: Schema): string {
  const schema = properties?.schema;
  const id = typeof schema === "object" ? schema.const : undefined;
  if (typeof id === "string" && /^agentlb\.[\w.-]+\/\d+$/.test(id)) return id;
  throw new Error(`${name} has a key "schema" without one value such as "agentlb.status/1"`);
}

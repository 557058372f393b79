import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv, type ValidateFunction } from "ajv";

const FOLDER = fileURLToPath(new URL("../schemas", import.meta.url));

/** An output that has passed its schema. */
export type Checked = Readonly<Record<string, unknown>> & { readonly schema: string };

/** The names of all schemas: "agentlb.status/1". */
export const SCHEMAS: readonly string[] = [...schemasHere().keys()];

const validators = new Map<string, ValidateFunction>();

/**
 * The object that a command printed with `--json`. Throws Error unless it is one object with a final line break, and
 * exactly what its schema says: no key is missing, and no key is there that the schema does not know.
 */
export function checkedOutput(text: string): Checked {
  const output = JSON.parse(text) as Checked;
  if (!text.endsWith("}\n")) throw new Error(`not one object and a line break: ${text}`);
  const { schema } = output;
  const validate = validatorOf(schema);
  if (!validate(output)) {
    throw new Error(`${schema}: ${JSON.stringify(validate.errors, undefined, 2)}\n${text}`);
  }
  return output;
}

function validatorOf(name: string): ValidateFunction {
  const known = validators.get(name);
  if (known !== undefined) return known;
  const schema = schemasHere().get(name);
  if (schema === undefined) throw new Error(`there is no schema of ${name}`);
  const made = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(closed(schema) as object);
  validators.set(name, made);
  return made;
}

function schemasHere(): Map<string, unknown> {
  return new Map(
    readdirSync(FOLDER).map((name) => JSON.parse(readFileSync(`${FOLDER}/${name}`, "utf8")))
      .map((schema) => [schema.$id, schema]),
  );
}

/** The same schema without room for other keys: those that users get leave room for what later versions add. */
function closed(schema: unknown): unknown {
  if (typeof schema !== "object" || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(closed);
  const inside = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return "properties" in schema && !("additionalProperties" in schema)
    ? { ...inside, additionalProperties: false }
    : inside;
}

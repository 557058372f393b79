/** Writes the JSON Schemas of what agentlb prints with `--json` to `schemas/`: `npm run schemas`. Run with Bun. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateSchemas } from "./schemas/generate.ts";

const FOLDER = fileURLToPath(new URL("../schemas", import.meta.url));

const schemas = generateSchemas();
mkdirSync(FOLDER, { recursive: true });
for (const name of readdirSync(FOLDER)) {
  if (!schemas.has(name)) rmSync(join(FOLDER, name));
}
for (const [name, text] of schemas) writeFileSync(join(FOLDER, name), text);
console.log(`${schemas.size} schemas in ${FOLDER}`);

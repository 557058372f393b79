/** Writers as they must not be, for the checker to find: `careless <in-place|short> <file>` counts once more. Bun. */
import { closeSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import process from "node:process";

const [way, path = ""] = process.argv.slice(2);
const { count } = JSON.parse(readFileSync(path, "utf8"));
const bytes = new TextEncoder().encode(`${JSON.stringify({ count: count + 1, filler: "x".repeat(100) })}\n`);
const target = way === "short" ? `${path}.new` : path;
const fd = openSync(target, "w", 0o600);
writeSync(fd, bytes, 0, bytes.length); // the count that it returns is ignored
closeSync(fd);
if (way === "short") renameSync(target, path);

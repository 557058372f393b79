/** Picks one auth file after the other in one process: `pool_worker <picks> <folder> <words of the command>`. */
import process from "node:process";
import { main } from "../../lib/cli/pool/main.ts";
import { realHost } from "../../lib/io/host.ts";

const [times = "1", folder = ".", ...args] = process.argv.slice(2);
const host = realHost(import.meta.url);
for (let n = 0; n < Number(times); n++) {
  const code = await main({ ...host, args }, "cap", folder);
  if (code !== 0) process.exit(Number(code));
}

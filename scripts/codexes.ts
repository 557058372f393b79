/**
 * `npm run codexes`: checks all uses of Codex with every version in test/codexes.txt and writes the table of
 * docs/codex.md; `npm run codexes -- 0.140.0` checks one version and writes nothing. Versions are installed on demand,
 * beside the tree. Needs root on Linux, to block the network: old versions contact fixed services. Run with Bun.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CHECKED_CODEX } from "../lib/core/codex/versions.ts";
import { TREE } from "../rig/codex.ts";
import { drift } from "./codexes/drift.ts";
import { installMissing, programOf, versionsListed } from "./codexes/install.ts";
import { CHECKS, type Outcome, withMatrix } from "./codexes/matrix.ts";
import { sharedLogin } from "./codexes/shared_login.ts";
import { inside, isInside } from "./isolated.ts";

/** A version that renews a login by the age of its last renewal. */
const OLD = "0.110.0";
const PAGE = join(TREE, "docs/codex.md");
const WAY = "compiled";

const named = process.argv.slice(2);
const wanted = named.length > 0 ? named : versionsListed();
process.exitCode = isInside() ? await run() : begin();

function begin(): number {
  const missing = installMissing(named.length > 0 ? wanted : [...wanted, OLD]);
  if (missing.length > 0) {
    console.log(`FAILED: can't be installed: ${missing.join(", ")}`);
    return 1;
  }
  if (spawnSync(process.execPath, [join(TREE, "scripts/build.ts")], { stdio: "inherit" }).status !== 0) {
    return 1;
  }
  return inside(fileURLToPath(import.meta.url));
}

async function run(): Promise<number> {
  if (process.env.RIG_NETNS === undefined) {
    console.log("FAILED: old versions can't be run here: no network namespace can be made");
    return 1;
  }
  const matrix = new Map<string, Outcome>();
  for (const version of wanted) {
    const began = Date.now();
    const outcome = await drift({ version, program: programOf(version)!, way: WAY });
    matrix.set(version, outcome);
    const words = CHECKS.map((check) => `${check}: ${outcome[check]}`).join("; ");
    console.log(`codex ${version} (${((Date.now() - began) / 1000).toFixed(0)} s): ${words}`);
  }
  const wrong = wrongIn(matrix);
  if (named.length === 0 || named.includes(OLD)) wrong.push(...await tryOld());
  for (const line of wrong) console.log(`FAILED: ${line}`);
  if (named.length === 0 && wrong.length === 0) {
    writeFileSync(PAGE, withMatrix(readFileSync(PAGE, "utf8"), matrix));
  }
  return wrong.length > 0 ? 1 : 0;
}

/** The failed requirements: every version gives readings and works, and the newest passes all checks. */
function wrongIn(matrix: ReadonlyMap<string, Outcome>): string[] {
  return [...matrix].flatMap(([version, outcome]) => {
    const must = version === CHECKED_CODEX ? CHECKS : ["readings", "turn", "login status", "resume"] as const;
    return must.filter((check) => outcome[check] !== "yes").map((check) =>
      `codex ${version}: ${check}: ${outcome[check]}`
    );
  });
}

async function tryOld(): Promise<string[]> {
  const program = programOf(OLD)!;
  const known = await sharedLogin(program, WAY);
  const believed = await sharedLogin(program, WAY, CHECKED_CODEX);
  console.log(`one login near renewal in four aliases, codex ${OLD}: ${JSON.stringify(known)}`);
  console.log(`the same by a codex that says it is ${CHECKED_CODEX}: ${JSON.stringify(believed)}`);
  const wrong = [];
  if (known.sentTwice > 0 || known.isLost || known.requests !== 1) {
    wrong.push(`codex ${OLD}: a token was sent twice`);
  }
  if (known.read < 4) wrong.push(`codex ${OLD}: ${known.read} of 4 aliases were read`);
  if (believed.sentTwice === 0) {
    wrong.push("nothing was sent twice where the version is not known: this proves nothing");
  }
  return wrong;
}

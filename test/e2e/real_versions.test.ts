import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CHECKED_CODEX, LEAST_CODEX } from "../../lib/core/codex/versions.ts";
import { TREE } from "../../rig/codex.ts";
import { patience } from "../../rig/patience.ts";
import { describeWith } from "../../rig/tools.ts";
import { drift } from "../../scripts/codexes/drift.ts";
import { programOf } from "../../scripts/codexes/install.ts";
import { matrixIn } from "../../scripts/codexes/matrix.ts";
import { WAY } from "./real_world.ts";

// `npm run codexes` tries many versions of Codex and writes docs/codex.md; this tries the least and the newest of them,
// in the same way, and compares them with the page.
const page = matrixIn(readFileSync(join(TREE, "docs/codex.md"), "utf8"));

function tries(name: string, version: string): void {
  test(name, { timeout: patience(180_000) }, async () => {
    const program = programOf(version);
    expect(program, `codex ${version} is installed by npm ci`).toBeDefined();
    expect(await drift({ version, program: program!, way: WAY })).toEqual(page.get(version));
  });
}

describeWith(["tmux"], "codex does what docs/codex.md says of it:", () => {
  describe.concurrent("the version", () => {
    tries("newest", CHECKED_CODEX);
    // Old versions ignore configured addresses: they run only where nothing can leave.
    if (process.env.RIG_NETNS === "1") tries("least", LEAST_CODEX);
  });
});

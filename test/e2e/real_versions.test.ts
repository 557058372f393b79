import { expect, test } from "vitest";
import { CHECKED_CODEX } from "../../lib/core/codex/versions.ts";
import { NATIVE_CODEX } from "../../rig/codex.ts";
import { describeWith } from "../../rig/tools.ts";
import { drift } from "../../scripts/codexes/drift.ts";
import { CHECKS } from "../../scripts/codexes/matrix.ts";
import { WAY } from "./real_world.ts";
import { patience } from "../../rig/patience.ts";

// `npm run codexes` tries many versions of Codex; this tries the newest, in the same way.
describeWith(["tmux"], "the newest Codex", () => {
  test("does all that is tried with others", { timeout: patience(180_000) }, async () => {
    const outcome = await drift({ version: CHECKED_CODEX, program: NATIVE_CODEX, way: WAY });
    expect(outcome).toEqual(Object.fromEntries(CHECKS.map((check) => [check, "yes"])));
  });
});

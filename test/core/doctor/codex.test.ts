import { expect, test } from "vitest";
import { codexFindings } from "../../../lib/core/doctor/codex.ts";

test("what a program prints for its version is shown without secrets and on one safe line", () => {
  const version = "token=madeup0123 \u001b[31m at-madeup0123456789abcdef";
  const findings = codexFindings({
    named: "codex",
    path: "/bin/codex",
    version,
    canSeeOpenFiles: true,
    setsHome: false,
    strayed: undefined,
  });
  const shown = JSON.stringify(findings.map(({ what }) => what));
  expect(shown).toContain("[cut]");
  expect(shown).not.toContain("madeup");
  expect(shown).not.toContain("\\u001b");
  const known = {
    named: "codex",
    path: "/bin/codex",
    version: "codex-cli 0.171.0",
    canSeeOpenFiles: true,
    setsHome: false,
    strayed: undefined,
  };
  expect(codexFindings(known)[0]?.what).toBe("codex-cli 0.171.0 at /bin/codex");
});

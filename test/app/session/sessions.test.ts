import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { layoutOf } from "../../../lib/core/system/layout.ts";

function place(...aliases: string[]) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-sessions-")));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const layout = layoutOf(root);
  for (const alias of aliases) mkdirSync(join(layout.sessions, alias), { recursive: true });
  return layout;
}

it("on a file system without case an alias is what its folder is called", async () => {
  const layout = place("work", "home");
  vi.resetModules();
  vi.doMock("node:fs", async (original) => {
    const fs = await original<typeof import("node:fs")>();
    const statSync = (path: string, ...rest: []) =>
      fs.statSync(
        path.startsWith(layout.sessions)
          ? layout.sessions + path.slice(layout.sessions.length).toLowerCase()
          : path,
        ...rest,
      );
    return { ...fs, statSync };
  });
  onTestFinished(() => {
    vi.doUnmock("node:fs");
    vi.resetModules();
  });
  const { aliasFor } = await import("../../../lib/app/session/sessions.ts");
  expect(aliasFor(layout, "WORK")).toBe("work");
  expect(aliasFor(layout, "work")).toBe("work");
  expect(aliasFor(layout, "Other")).toBe("Other");
});

it("elsewhere it is another one", async () => {
  const layout = place("work");
  const { aliasFor } = await import("../../../lib/app/session/sessions.ts");
  expect(aliasFor(layout, "WORK")).toBe("WORK");
  for (const odd of ["", ".", "..", "../work", "./work", "work/"]) expect(aliasFor(layout, odd)).toBe(odd);
});

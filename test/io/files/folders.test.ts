import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { removeStepwise, removeTree } from "../../../lib/io/files/folders.ts";

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "agentlb-folders-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

describe.each([["whole", removeTree], ["name by name", removeStepwise]])(
  "a tree that is removed %s",
  (_, remove) => {
    it("goes with all it holds, and nothing that its links lead to", () => {
      const dir = folder();
      const [tree, kept] = [join(dir, "tree"), join(dir, "kept")];
      mkdirSync(join(tree, "a", "b"), { recursive: true });
      mkdirSync(kept);
      writeFileSync(join(kept, "file"), "");
      writeFileSync(join(tree, "a", "b", "file"), "");
      writeFileSync(join(tree, "read-only"), "");
      chmodSync(join(tree, "read-only"), 0o400);
      symlinkSync(kept, join(tree, "a", "link"));
      symlinkSync("nowhere", join(tree, "dangling"));
      remove(tree);
      expect(existsSync(tree)).toBe(false);
      expect(existsSync(join(kept, "file"))).toBe(true);
    });

    it("may be a file, a link or nothing at all", () => {
      const dir = folder();
      writeFileSync(join(dir, "file"), "");
      symlinkSync(dir, join(dir, "link"));
      for (const name of ["file", "link", "none"]) remove(join(dir, name));
      expect(existsSync(dir)).toBe(true);
      expect(existsSync(join(dir, "file")) || existsSync(join(dir, "link"))).toBe(false);
    });
  },
);

import { win32 } from "node:path";
import { expect, it } from "vitest";
import { resolvedOn } from "../../../lib/io/files/read.ts";

it.each([
  ["C:\\a\\.\\b\\..\\c\\", "C:\\a\\c"],
  ["c:/a//b", "C:\\a\\b"],
  ["C:\\..\\..\\a", "C:\\a"],
  ["C:\\", "C:\\"],
  ["\\\\srv\\share\\a\\..\\b", "\\\\srv\\share\\b"],
  ["\\\\srv\\share\\..", "\\\\srv\\share\\"],
])("on Windows %s is %s where nothing is a link", (path, resolved) => {
  expect(resolvedOn(win32, path)).toBe(resolved);
});

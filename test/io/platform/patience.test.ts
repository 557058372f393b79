import { expect, it } from "vitest";
import { system } from "../../../lib/io/platform/here.ts";
import { patiently } from "../../../lib/io/platform/windows.ts";

/** Fails with each of these codes, one a call, and then works. */
function failing(...codes: string[]) {
  const left = [...codes];
  const action = () => {
    const code = left.shift();
    if (code !== undefined) throw Object.assign(new Error(code), { code });
    return "done";
  };
  return { action, left };
}

it("what Windows refuses for the moment is tried again", () => {
  expect(patiently(failing("EPERM", "EACCES", "EBUSY").action, [1, 1, 1])).toBe("done");
});

it("what stays refused is thrown after the last try", () => {
  const { action, left } = failing("EBUSY", "EBUSY", "EBUSY", "EPERM");
  expect(() => patiently(action, [1, 1])).toThrow("EBUSY");
  expect(left).toEqual(["EPERM"]);
});

it("what will not pass is thrown at once", () => {
  const { action, left } = failing("ENOENT", "ENOENT");
  expect(() => patiently(action, [1, 1])).toThrow("ENOENT");
  expect(left).toEqual(["ENOENT"]);
});

it.skipIf(process.platform === "win32")("elsewhere nothing is tried again", () => {
  const { action, left } = failing("EBUSY", "EBUSY");
  expect(() => system.patiently(action)).toThrow("EBUSY");
  expect(left).toEqual(["EBUSY"]);
});

import { describe, expect, it } from "vitest";
import { isOlder, parseIdentity, renderIdentity } from "../../../lib/core/system/identity.ts";

const SELF = { pid: 4711, startTime: "12345", bootId: "boot", version: "1.2.3", exe: "/bin/agentlb" };

describe("who holds a lock", () => {
  it("is read as it was written", () => {
    expect(parseIdentity(renderIdentity(SELF))).toEqual(SELF);
  });

  it("is nobody while it is half written", () => {
    const text = renderIdentity(SELF);
    for (let length = 0; length < text.length; length++) {
      expect(parseIdentity(text.slice(0, length))).toBeUndefined();
    }
  });

  it.each([
    ["pid", 0],
    ["pid", 1],
    ["pid", -7],
    ["pid", "4711"],
    ["pid", 1.5],
    ["startTime", 12345],
    ["bootId", undefined],
    ["version", 1],
    ["exe", null],
  ])("is nobody when its %s is %j", (key, value) => {
    expect(parseIdentity(`${JSON.stringify({ ...SELF, [key]: value })}\n`)).toBeUndefined();
  });

  it.each(["\n", "null\n", "7\n", "[]\n", "4711\n", "{}\n"])("is nobody in %j", (text) => {
    expect(parseIdentity(text)).toBeUndefined();
  });
});

describe("a version", () => {
  it.each([
    ["1.2.3", "1.2.4", true],
    ["1.2.3", "1.10.0", true],
    ["1.9.9", "2.0.0", true],
    ["1.2", "1.2.1", true],
    ["1.2.3", "1.2.3", false],
    ["1.2.4", "1.2.3", false],
    ["2.0.0", "1.9.9", false],
    ["1.2.0", "1.2", false],
    ["", "", false],
    ["what", "1.0.0", false],
    ["1.0.0", "what", false],
    ["1.0.0-rc.1", "1.0.0", false],
  ])("%s is older than %s: %s", (a, b, older) => {
    expect(isOlder(a, b)).toBe(older);
  });
});

import { describe, expect, it } from "vitest";
import {
  type ChildEntry,
  parseChildren,
  renderChildren,
} from "../../../lib/core/session/app_server_record.ts";

const ENTRY: ChildEntry = {
  alias: "constructor",
  auth: "/home/me/auth.json",
  pid: 4711,
  startTime: "12345",
  bootId: "boot",
  startedAt: 1_795_170_000_000,
  mayRenew: true,
};

describe("the record of app-servers", () => {
  it("is read as it was written", () => {
    const entries = [ENTRY, { ...ENTRY, pid: 0, startTime: "", mayRenew: false }];
    expect(parseChildren(renderChildren(entries))).toEqual(entries);
    expect(renderChildren([])).toMatch(/"schema": "agentlb.children\/1"/);
  });

  it.each([undefined, "", "{", "null", "[]", "7", '{"children":7}', '{"children":null}'])(
    "is empty where there is none: %j",
    (text) => {
      expect(parseChildren(text)).toEqual([]);
    },
  );

  it.each([
    ["pid", -4711],
    ["pid", 1],
    ["pid", 1.5],
    ["pid", "4711"],
    ["pid", Number.MAX_SAFE_INTEGER + 1],
    ["alias", 7],
    ["auth", null],
    ["startTime", undefined],
    ["bootId", 0],
    ["startedAt", "now"],
    ["mayRenew", "yes"],
  ])("leaves an entry out whose %s is %j, because processes are ended by it", (key, value) => {
    const text = JSON.stringify({ children: [{ ...ENTRY, [key]: value }, ENTRY, null, 7] });
    expect(parseChildren(text)).toEqual([ENTRY]);
  });
});

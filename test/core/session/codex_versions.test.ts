import { describe, expect, it } from "vitest";
import { parseVersions, renderVersions } from "../../../lib/core/session/codex_versions.ts";

describe("the file of known versions", () => {
  it("is read back, sixteen programs at most, the newest", () => {
    const all = new Map(
      Array.from(
        { length: 20 },
        (_, n) => [`/bin/codex${n}`, { fingerprint: `f${n}`, version: "0.140.0" }] as const,
      ),
    );
    const back = parseVersions(renderVersions(all));
    expect([...back]).toEqual([...all].slice(-16));
  });

  it.each([undefined, "", "{", "[]", '{"programs":7}', '{"programs":{"/bin/codex":{"fingerprint":"f"}}}'])(
    "knows nothing where it is not understood: %j",
    (text) => expect(parseVersions(text).size).toBe(0),
  );
});

import { describe, expect, it } from "vitest";
import {
  callerIn,
  parseCaller,
  reachesOtherwise,
  renderCaller,
} from "../../../lib/core/supervisor/caller.ts";

const proxyOf = (value: string) => callerIn({ https_proxy: value }, "linux", "", "").proxies.https_proxy;

describe("a caller", () => {
  it("is what its environment says, variables of proxies in either case", () => {
    const env = { PATH: "/bin", HTTPS_PROXY: "http://proxy:1", no_proxy: "localhost,.lan", HOME: "/h" };
    expect(callerIn(env, "linux", "/bin/codex", "net:[1]")).toEqual({
      codex: "/bin/codex",
      path: "/bin",
      proxies: { https_proxy: "http://proxy:1", no_proxy: "localhost,.lan" },
      network: "net:[1]",
    });
  });

  it.each([
    ["http://user:secret@proxy:1/", "http://***@proxy:1/"],
    ["http://user:se/cr@et@proxy:1", "http://***@proxy:1"],
    ["user:secret@proxy:1", "***@proxy:1"],
    ["http://user:a,b c@proxy:1", "http://***@proxy:1"],
    ["socks5h://token@proxy", "socks5h://***@proxy"],
    ["http://proxy:1/path", "http://proxy:1/path"],
  ])("keeps no password of a proxy: %s", (value, kept) => {
    expect(proxyOf(value)).toBe(kept);
  });

  it("is read back as it was written, and anything else as empty", () => {
    const caller = callerIn({ PATH: "/bin", ALL_PROXY: "http://p" }, "linux", "/c", "net:[1]");
    expect(parseCaller(JSON.parse(renderCaller(caller)))).toEqual(caller);
    for (const odd of [null, 7, [], { codex: 1, proxies: [1], path: {} }]) {
      expect(parseCaller(odd)).toEqual({ codex: "", path: "", proxies: {}, network: "" });
    }
  });

  it("reaches the network otherwise by another proxy or another namespace, not by one that can't be seen", () => {
    const plain = callerIn({}, "linux", "", "net:[1]");
    expect(reachesOtherwise(plain, callerIn({ PATH: "/x" }, "linux", "/c", "net:[1]"))).toBe(false);
    expect(reachesOtherwise(plain, callerIn({ http_proxy: "http://p" }, "linux", "", "net:[1]"))).toBe(true);
    expect(reachesOtherwise(plain, callerIn({}, "linux", "", "net:[2]"))).toBe(true);
    expect(reachesOtherwise(plain, callerIn({}, "linux", "", ""))).toBe(false);
  });
});

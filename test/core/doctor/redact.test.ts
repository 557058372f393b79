import { describe, expect, test } from "vitest";
import { redactor } from "../../../lib/core/doctor/redact.ts";

const redact = redactor({
  aliases: ["work", "my.work", "a"],
  accounts: ["me@firm.test", "user-abc", "ws+1"],
  users: ["jo"],
  root: "/home/jo/.agentlb",
  userHome: "/home/jo",
});

describe("a text for strangers", () => {
  test.each([
    ["my.work: nobody is logged in", "session-2: nobody is logged in"],
    ["WORK, a: one account", "session-1, session-3: one account"],
    ["workflow and networks stay", "workflow and networks stay"],
    ["/home/jo/.agentlb/sessions/work/auth.json is open", "(root)/sessions/session-1/auth.json is open"],
    ["codex-cli 0.169.0 at /usr/bin/codex", "codex-cli 0.169.0 at /usr/bin/codex"],
    ["codex-cli 0.169.0 at /home/jo/.npm/bin/codex", "codex-cli 0.169.0 at (path)/codex"],
    ["Cannot read /srv/my firm/x y.json: EIO", "Cannot read (path): EIO"],
    ["/usr/bin/codex, and here /srv/firm/codex", "/usr/bin/codex, and here (path)/codex"],
    ["C:\\Users\\jo smith\\x", "(path)"],
    ["me@firm.test of user-abc in ws+1", "(account) of (account) in (account)"],
    ["user-4711 org-77aa", "(id) (id)"],
    ["0199a213-81c0-7800-8aa1-bbab2a035a53", "(id)"],
    ["Bearer abcdefgh", "Bearer [cut]"],
    ["an address: x@y.test", "an address: [cut]"],
    ["http://user:word@proxy.test/x", "http:(path)"],
  ])("%s", (text, wanted) => {
    expect(redact(text)).toBe(wanted);
  });

  test("keeps names that only resemble a pattern", () => {
    const odd = redactor({ aliases: ["a.b", "x+y(z"], accounts: [], users: [], root: "", userHome: "" });
    expect(odd("a.b axb x+y(z")).toBe("session-1 axb session-2");
  });
});

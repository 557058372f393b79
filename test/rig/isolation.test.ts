import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { runCodex } from "../../rig/codex.ts";
import { backend, sandbox } from "../../rig/in_test.ts";
import { isolation, refusingProxy } from "../../rig/refusing_proxy.ts";

/** Whether this machine (or this network namespace of it) has no network but loopback. */
function hasLoopbackOnly(): boolean {
  try {
    const devices = readFileSync("/proc/net/dev", "utf8").split("\n").slice(2).filter((line) => line !== "");
    return devices.every((line) => line.trim().startsWith("lo:"));
  } catch {
    return false;
  }
}

async function proxy() {
  const started = await refusingProxy();
  onTestFinished(() => started.close());
  return started;
}

test("the proxy refuses and remembers", async () => {
  const { url, attempts } = await proxy();
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.write("CONNECT service.invalid:443 HTTP/1.1\r\nhost: service.invalid\r\n\r\n");
  let said = "";
  for await (const part of socket) said += part;
  expect(said).toMatch(/^HTTP\/1\.1 403 /);
  expect(attempts).toEqual(["CONNECT service.invalid:443 HTTP/1.1"]);
});

test("what the rig starts is never given the machine's own proxies", () => {
  const { HTTPS_PROXY, https_proxy, ALL_PROXY, NO_PROXY } = isolation();
  for (const url of [HTTPS_PROXY, https_proxy, ALL_PROXY]) expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(NO_PROXY).toContain("127.0.0.1");
});

// Only where a mistake could do no harm.
test.runIf(hasLoopbackOnly())("a Codex that goes for the real service ends at the proxy", async () => {
  const { env, attempts } = await proxy();
  const home = sandbox({ codex: "none" }).addAlias("a", { backend: await backend() });
  const ended = await runCodex(home, ["login", "--device-auth"], { env });
  expect(ended.code).toBe(1);
  expect(attempts.length).toBeGreaterThan(0);
  expect(attempts.every((attempt) => attempt.startsWith("CONNECT "))).toBe(true);
});

test.runIf(process.env.RIG_NETNS === "1")("as root the suite runs where there is no way out", () => {
  expect(hasLoopbackOnly()).toBe(true);
});

import { expect, test } from "vitest";
import { start } from "../../lib/cli/start.ts";
import type { Host } from "../../lib/io/host.ts";
import type { Launch } from "../../lib/core/shell/launch.ts";

const OLD = { deno: "2.5.6", node: "24.0.0" };

/** An outside that can do nothing but start a shim and be talked to. */
function stage(args: readonly string[], env: Record<string, string> = {}) {
  const said: string[] = [];
  const started: Launch[] = [];
  const host = {
    args,
    env: { ...env, BUN_OPTIONS: "x" },
    platform: "linux",
    err: (text: string) => said.push(text),
    foreground: (launch: Launch) => Promise.resolve(started.push(launch) && { code: 7 }),
  };
  return { host: host as unknown as Host, said, started };
}

test.each([["cap", "cap"], ["clb.js", "clb"], ["agentlb.js", "agentlb"], ["cli.ts", "agentlb"]])(
  "started as %s on a runtime that is too old, it says in one line as %s what it needs",
  async (name, program) => {
    const { host, said } = stage(["where"]);
    expect(await start(host, { name, folder: "/x" }, OLD)).toBe(1);
    expect(said).toEqual([`${program}: needs Deno 2.7, this is 2.5.6\n`]);
  },
);

test("the shim that knows of another runtime is asked for it, with the same words", async () => {
  const env = { AGENTLB_ELSE: " bun node" };
  const { host, said, started } = stage(["--from", "/skill/scripts", "pick", "--worker", "a b"], env);
  expect(await start(host, { name: "cap.js", folder: "/x" }, OLD)).toBe(7);
  expect(said).toEqual([]);
  expect(started).toMatchObject([{
    file: "/bin/sh",
    args: ["/skill/scripts/cap", "--else", " bun node", "pick", "--worker", "a b"],
    env,
  }]);
  expect(started[0]!.env).not.toHaveProperty("BUN_OPTIONS");
});

test("without one, or when nobody came from a shim, the line is all", async () => {
  for (const [args, others] of [[["--from", "/s", "pick"], ""], [["pick"], "node"]] as const) {
    const { host, said, started } = stage(args, { AGENTLB_ELSE: others });
    expect(await start(host, { name: "cap", folder: "/x" }, OLD)).toBe(1);
    expect([said.length, started.length]).toEqual([1, 0]);
  }
});

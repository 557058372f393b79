import { expect, test } from "vitest";
import { sandbox } from "../../rig/in_test.ts";
import { ways } from "../../rig/program.ts";
import { patience } from "../../rig/patience.ts";

test("a simulation is the same, byte for byte, however the program is started", async () => {
  const user = sandbox({ env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
  const said: string[] = [];
  for (const way of ways) {
    const { code, stdout, stderr } = await user.run(way, ["simulate", "--seed", "5", "--json"], {
      timeoutMs: 120_000,
    });
    expect([code, stderr], way).toEqual([0, ""]);
    said.push(stdout);
  }
  expect(JSON.parse(said[0]!).scenarios.length).toBeGreaterThan(5);
  expect(new Set(said).size).toBe(1);
}, patience(500_000));

import { describe, test } from "vitest";
import { patience } from "../../rig/patience.ts";
import { MOMENT } from "../../rig/printed.ts";
import { until } from "../../rig/until.ts";
import { world } from "./real_world.ts";

// With the real Codex 0.171: an account whose turns are refused while the service shows room in both windows.

const RUNS = 6;
const ROOM = { primary: { usedPercent: 5 }, secondary: { usedPercent: 5 } };
const HALF = { primary: { usedPercent: 50 }, secondary: { usedPercent: 50 } };

describe("an account that refuses turns and shows room", { timeout: patience(120_000) }, () => {
  test("costs one run, however often its limits are read again, until the user clears it", async (context) => {
    const { expect } = context;
    const { agentlb, results, service, sessions, user } = await world(context, {
      accounts: { refusing: { usage: ROOM, responses: { mode: "usage_limit" } }, room: { usage: HALF } },
      // Read again and again, so that a new reading could bring it back between two runs.
      env: { AGENTLB_PROBE_INTERVAL_SEC: "1" },
    });
    for (const alias of ["refusing", "room"]) user.addAlias(alias, { backend: service, account: alias });
    await agentlb(["supervisor", "start", "--background"]);
    await results({ refusing: "ok", room: "ok" });
    const exec = () => agentlb(["--", "exec", "--skip-git-repo-check", "hi"]);
    const ends: (number | null)[] = [];
    for (let run = 0; run < RUNS; run++) {
      ends.push((await exec()).code);
      await until(() => "refusedAt" in sessions().refusing!, "the refusal is known");
      const read = sessions().refusing?.lastRateLimitUpdateAt;
      await until(() => sessions().refusing?.lastRateLimitUpdateAt !== read, "another reading");
    }
    expect(ends).toEqual([1, ...Array.from({ length: RUNS - 1 }, () => 0)]);
    expect(service.find({ path: "/responses", account: "refusing" })).toHaveLength(1);
    expect(sessions().refusing?.rateLimits).toMatchObject({ primary: { usedPercent: 5 } });
    const { stdout } = await agentlb(["status"]);
    expect(stdout).toMatch(new RegExp(`┆ refusing .*┆ refused ${MOMENT}, until ${MOMENT} `));

    expect((await agentlb(["clear", "refusing"])).code).toBe(0);
    await until(() => !("exhaustedUntil" in sessions().refusing!), "it is free again");
    expect((await exec()).stderr).toContain("using refusing");
  });
});

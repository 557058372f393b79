import { expect, test } from "vitest";
import { crowd, faultsOf } from "../../scripts/torture/pool_crowd.ts";
import { everybody, plantedFault } from "../../scripts/torture/pool.ts";
import { describeWith } from "../../rig/tools.ts";
import { patience } from "../../rig/patience.ts";

describeWith(["python3"], "many processes of all kinds that pick at the same time", () => {
  test("first: the checker sees picks that get lost where somebody does not lock", async () => {
    const figures = await plantedFault();
    console.log(`a planted fault was seen: ${faultsOf(figures).join("; ")}`);
    expect(figures.lost).toBeGreaterThan(0);
    expect(faultsOf(figures)[0]).toMatch(/acknowledged picks were lost/);
  }, patience(60_000));

  test("lose none of 1,000 picks, and share them out evenly, though some are killed", async () => {
    const figures = await crowd({ members: everybody(0.1), kills: 40 });
    console.log(JSON.stringify(figures));
    expect(faultsOf(figures)).toEqual([]);
    expect(figures.acknowledged).toBeGreaterThanOrEqual(1000);
    expect(figures.ownStarts).toBeGreaterThanOrEqual(200);
    expect(figures.kills).toBeGreaterThan(10);
    expect(figures.looks).toBeGreaterThan(100);
  }, patience(180_000));
});

import { describe, expect, it } from "vitest";
import { main } from "../../../lib/cli/main.ts";
import { Failure } from "../../../lib/core/text/failure.ts";
import { pickSession } from "../../../mod.ts";
import { authFile, type World, world } from "../world.ts";

/** What `agentlb pick` prints as JSON. */
async function printed(user: World, ...options: string[]) {
  user.out = "";
  expect(await main(user.host({ args: ["pick", "--json", ...options] }))).toBe(0);
  return JSON.parse(user.out);
}

/** A user whose clock is the real one, as that of the library is, and two sessions of which "b" has more left. */
function two(used: readonly [number, number] = [50, 20]): World {
  const user = world();
  for (const alias of ["a", "b"]) user.session(alias, { "auth.json": authFile(`${alias}@example.test`) });
  user.now = Date.now();
  user.status({ a: { age: 1, used: used[0] }, b: { age: 1, used: used[1] } });
  return user;
}

describe("the command and the library", () => {
  it.each<[string, () => World, string]>([
    ["on merit", () => two(), "most left"],
    ["when everything is used up", () => two([100, 100]), "back first"],
    ["when nobody can be judged", () => {
      const user = world();
      user.session("a");
      return user;
    }, "next in turn"],
  ])("name the reason of a pick alike: %s", async (_, made, reason) => {
    const user = made();
    expect((await printed(user)).reason).toBe(reason);
    expect((await pickSession({ env: user.host().env })).reason).toBe(reason);
  });

  it.each(["a", "A@example.test"])("prefer a session by %s", async (prefer) => {
    const user = two();
    expect((await printed(user, "--prefer", prefer)).alias).toBe("a");
    expect((await pickSession({ env: user.host().env, prefer })).alias).toBe("a");
  });

  it("refuse to prefer a session that does not exist", async () => {
    const user = two();
    expect(await main(user.host({ args: ["pick", "--prefer", "c"] }))).toBe(2);
    const said = user.err.trim().split("\n").at(-1);
    const thrown = await pickSession({ env: user.host().env, prefer: "c" }).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(Failure);
    expect([(thrown as Failure).code, (thrown as Failure).message]).toEqual(["usage", said]);
    expect(user.has("state", "global.json")).toBe(false);
  });
});

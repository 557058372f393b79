import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../../lib/cli/main.ts";
import { authFile, type World, world } from "../world.ts";

/** Every file and folder below the root, with the bytes of files. */
function everything(user: World): Record<string, string> {
  const { root } = user.layout;
  if (!existsSync(root)) return {};
  const names = readdirSync(root, { recursive: true, encoding: "utf8" });
  return Object.fromEntries(names.map((name) => {
    const path = join(root, name);
    return [name, statSync(path).isFile() ? readFileSync(path, "latin1") : "a folder"];
  }));
}

function made(used: readonly number[]): World {
  const user = world();
  const aliases = used.map((_, at) => "abc"[at]!);
  for (const alias of aliases) user.session(alias, { "auth.json": authFile(`${alias}@example.test`) });
  user.status(Object.fromEntries(aliases.map((alias, at) => [alias, { age: 1, used: used[at]! }])));
  return user;
}

async function pick(user: World, ...options: string[]) {
  [user.out, user.err] = ["", ""];
  const code = await main(user.host({ args: ["pick", ...options] }));
  return { code, out: user.out, err: user.err };
}

describe("a peek", () => {
  it.each<[string, () => World]>([
    ["on merit", () => made([50, 20])],
    ["when equals take turns", () => made([20, 20])],
    ["when everything is used up", () => made([100, 100])],
    ["when nobody can be judged", () => {
      const user = world();
      for (const alias of ["a", "b"]) user.session(alias);
      return user;
    }],
  ])("tells what the next pick takes: %s", async (_, make) => {
    const user = make();
    for (let n = 0; n < 3; n++) {
      const { code, out } = await pick(user, "--peek");
      expect(code).toBe(0);
      const twice = await pick(user, "--peek");
      expect(twice.out).toBe(out);
      user.now += 1000;
      expect((await pick(user)).out).toBe(out);
    }
  });

  it("changes no byte below the root, before and after the first pick, by any policy", async () => {
    const user = made([50, 20]);
    for (const policy of ["score", "adaptive"]) {
      for (const round of ["fresh", "used"]) {
        const before = everything(user);
        expect((await pick(user, "--peek", "--json", "--policy", policy)).code).toBe(0);
        expect(everything(user), `${policy}, ${round}`).toEqual(before);
        await pick(user, "--policy", policy);
        expect(everything(user)).not.toEqual(before);
      }
    }
  });

  it("leaves a broken state file to the next pick", async () => {
    const user = made([50, 20]);
    await pick(user);
    user.write("{", "state", "leases.json");
    const before = everything(user);
    expect(await pick(user, "--peek")).toMatchObject({ code: 0, out: expect.stringMatching(/^b\t/) });
    expect(everything(user)).toEqual(before);
  });

  it("says so in its line, with the option of a pick", async () => {
    const user = made([50, 20]);
    expect((await pick(user, "--peek")).err).toMatch(/^agentlb: would use b \(score /);
    expect((await pick(user, "--peek", "--prefer", "a")).out).toMatch(/^a\t/);
    expect((await pick(made([100]), "--peek", "--no-exhausted")).code).toBe(4);
  });

  it("makes no root", async () => {
    const user = world();
    expect((await pick(user, "--peek")).code).toBe(4);
    expect(everything(user)).toEqual({});
  });
});

import { expect, it } from "vitest";
import { Failure, pickSession, readReport } from "../../mod.ts";
import { world } from "./world.ts";

it("another program picks a session and looks at all of them as the command does", async () => {
  const user = world();
  user.now = Date.now();
  const env = { ...user.host().env };
  const failure = await pickSession({ env }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Failure);
  expect(failure).toMatchObject({ code: "nothingToPick" });
  for (const alias of ["a", "b"]) user.session(alias);
  user.status({ a: { age: 1, used: 50 }, b: { age: 1, used: 20 } });
  expect(await pickSession({ env })).toMatchObject({ alias: "b", home: user.path("sessions", "b") });
  expect(user.json("state", "global.json").last_alias).toBe("b");
  expect(await pickSession({ env, prefer: "a" })).toMatchObject({ alias: "a", ground: { on: "merit" } });
  expect(await readReport({ env })).toMatchObject({ selected: "b", supervisorPid: undefined });
});

it("talk goes to the one who wants to hear it", async () => {
  const user = world();
  user.session("a");
  user.write("[sessions]\nnonsense = 1\n", "config.toml");
  const lines: string[] = [];
  await pickSession({ env: { ...user.host().env }, say: (line) => lines.push(line) });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain("nonsense");
});

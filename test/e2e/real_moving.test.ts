import { expect, test } from "vitest";
import { patience } from "../../rig/patience.ts";
import { publish } from "./support/published.ts";
import { type World, world } from "./real_world.ts";

const OPTIONS = { timeout: patience(120_000) };
const EXEC = ["exec", "--skip-git-repo-check"];

/** Each thread: its session, its turns, its rollout. */
async function threads(made: World) {
  const { threads } = JSON.parse((await made.agentlb(["threads", "--all", "--json"])).stdout);
  return threads as { id: string; session: string; turns: number; rollout: string }[];
}

test(
  "a real Codex goes on with the threads of a session that was renamed, and of one that was removed and restored",
  OPTIONS,
  async (context) => {
    const made = await world(context, { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
    const { user, service } = made;
    user.addAlias("a", { backend: service, account: "a" });
    publish(user, { a: { used: [10, 10] } });
    expect((await made.agentlb(["new", "a", "--", ...EXEC, "the first words"])).code).toBe(0);
    const id = (await threads(made))[0]!.id;

    expect(await made.agentlb(["rename", "a", "c"])).toMatchObject({ code: 0 });
    expect(await threads(made)).toMatchObject([{ id, session: "c", turns: 1 }]);
    // Codex keeps the paths of rollouts, of the old home, in a database of its own.
    for (const [turn, which] of [[2, ["--last"]], [3, [id]]] as const) {
      const resumed = await made.agentlb([
        "--",
        "exec",
        "resume",
        "--skip-git-repo-check",
        ...which,
        "go on",
      ]);
      expect(resumed.code, resumed.stderr).toBe(0);
      expect(resumed.stderr).toContain(`session id: ${id}`);
      expect(await threads(made)).toMatchObject([{ id, session: "c", turns: turn }]);
    }

    expect(await made.agentlb(["rm", "c"])).toMatchObject({ code: 0, stdout: "removed session: c\n" });
    expect(await threads(made)).toEqual([]);
    expect(await made.agentlb(["restore", "c", "--as", "d"])).toMatchObject({ code: 0 });
    const again = await made.agentlb(["--", "exec", "resume", "--skip-git-repo-check", id, "once more"]);
    expect(again.code, again.stderr).toBe(0);
    expect(await threads(made)).toMatchObject([{ id, session: "d", turns: 4 }]);
    const answered = service.find({ path: /\/responses$/, status: 200 }).map(({ account }) => account);
    expect(answered).toEqual(["a", "a", "a", "a"]);
  },
);

test("a real Codex says in `exec` that the session's login is there", OPTIONS, async (context) => {
  const made = await world(context, { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
  made.user.addAlias("a", { backend: made.service, account: "a" });
  const said = await made.agentlb(["exec", "a", "--", "codex", "login", "status"]);
  expect(said.code, said.stderr).toBe(0);
  expect(said.stdout + said.stderr).toContain("Logged in using ChatGPT");
});

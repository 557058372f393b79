import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sandbox } from "../../rig/in_test.ts";
import { patience } from "../../rig/patience.ts";
import { commandOf, ways } from "../../rig/program.ts";
import { finished } from "../../rig/result.ts";
import { describeWith } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { daemonsOf } from "./support/daemons.ts";
import { published } from "./support/published.ts";
import { addSession } from "./support/session.ts";
import { openTerminal } from "./support/terminal.ts";

/** What an app-server says by itself when its account has so much used. */
function news(usedPercent: number): string {
  const primary = { usedPercent, windowDurationMins: 300, resetsAt: 4_102_444_800 };
  const rateLimits = { limitId: "codex", primary, secondary: null };
  return JSON.stringify({ method: "account/rateLimits/updated", params: { rateLimits } });
}

/** A user with one session that has nothing left, and a supervisor that keeps an app-server for each. */
function usedUp() {
  const user = sandbox({ env: { AGENTLB_STATUS_FLUSH_INTERVAL_SEC: "0" } });
  const home = addSession(user, "a", [100, 10]);
  writeFileSync(join(user.root, "config.toml"), '[supervisor]\nmanaged = "all"\n');
  const isKept = () => published(user)?.sessions.a?.appServer.state === "running";
  const isRead = () => published(user)?.sessions.a?.lastProbeResult === "ok";
  return { user, home, ready: () => until(() => isKept() && isRead(), "the supervisor knows") };
}

describe.each(ways)("started by %s", { timeout: patience(90_000) }, (way) => {
  test("wait starts the supervisor, and ends when that has news of more left", async () => {
    const { user, home, ready } = usedUp();
    const end = finished(user.start(way, ["wait"]), 60_000);
    await ready();
    expect(daemonsOf(user)).toHaveLength(1);
    const guard = await user.run(way, ["guard"]);
    expect(guard).toMatchObject({ code: 4, stdout: expect.stringMatching(/^nothing left \(a: exhausted/) });
    user.fake.tell(home, {}); // no reading tells it, only the news
    user.fake.say(home, [news(35)]);
    expect(await end).toMatchObject({ code: 0, stdout: "a: 65% left\n", stderr: "" });
    expect(await user.run(way, ["guard", "a", "--left", "65"])).toMatchObject({
      code: 0,
      stdout: "a: 65% left\n",
    });
    expect((await user.run(way, ["guard", "--left", "66"])).code).toBe(4);
  });

  test("wait ends by Ctrl-C, after its time with 6, and with 4 when waiting can't help", async () => {
    const { user, ready } = usedUp();
    const child = user.start(way, ["wait"]);
    const end = finished(child, 60_000);
    await ready();
    child.kill("SIGINT");
    expect(await end).toMatchObject({ signal: "SIGINT", stdout: "" });
    expect(await user.run(way, ["wait", "a", "--timeout", "0s"])).toMatchObject({ code: 6, stdout: "" });
    await user.run(way, ["pause", "a"]);
    expect(await user.run(way, ["wait"])).toMatchObject({
      code: 4,
      stderr: "agentlb: nothing left (a: paused)\n",
    });
  });
});

describeWith(["tmux"], "at a terminal", () => {
  test("the countdown stands in one line that is gone in the end", async () => {
    const { user, home, ready } = usedUp();
    const terminal = openTerminal(user);
    const words = [...commandOf(ways[0]!), "wait"].map((word) => `'${word}'`).join(" ");
    terminal.type(`clear; ${words}; echo "end=$?"`);
    await ready();
    await until(() => terminal.screen().includes("agentlb: waiting for a: "), () => terminal.screen());
    user.fake.say(home, [news(35)]);
    await until(() => terminal.screen().includes("end=0"), () => terminal.screen());
    expect(terminal.screen()).toMatch(/a: 65% left\nend=0\n/);
    expect(terminal.screen()).not.toContain("waiting for");
  });
});

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, type TestContext } from "vitest";
import { patience } from "../../rig/patience.ts";
import { commandOf } from "../../rig/program.ts";
import { describeWith } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { WAY } from "./real_world.ts";
import { EXEC, FREE, limited, REFUSES, usedUp } from "./support/limited.ts";
import { openTerminal } from "./support/terminal.ts";

// With the real Codex, refused by the fake service: the line comes, and all the rest is as with `off`.

const LIMIT_MS = patience(120_000);
const ENV = { AGENTLB_SUPERVISOR_DISABLED: "1" };
const LINE =
  /^agentlb: the 5h limit of a \(\S+@\S+\) is used up: resets (\d+ \w+ )?\d\d:\d\d, in (1h|59m); then: agentlb continue (--last|\S+); to wait for it: agentlb continue \3 --wait$/m;

/** What Codex says, without its log and what differs from run to run. */
function plain(text: string): string {
  return text.replace(/^\d{4}-\d\d-\d\dT\S+ .*\n/gm, "").replace(/session id: \S+/g, "session id: <id>")
    .replace(/\d\d?:\d\d( [AP]M)?/g, "<time>").trimEnd();
}

test("exec that is refused is told, and otherwise as with off", { timeout: LIMIT_MS }, async (context) => {
  const seen = async (what: string) => {
    const user = await limited(context, ENV);
    user.says(usedUp(3600), REFUSES);
    const result = await user.agentlb(["new", "a", "--on-limit", what, "--", ...EXEC]);
    const own = (text: string) => plain(text.replaceAll(user.user.dir, "<dir>"));
    return {
      ...result,
      stdout: own(result.stdout),
      stderr: own(result.stderr.replace(LINE, "")),
      line: LINE.exec(result.stderr)?.[0],
    };
  };
  const [off, tell] = [await seen("off"), await seen("tell")];
  expect(off).toMatchObject({ code: 1, line: undefined });
  expect(tell).toEqual({
    ...off,
    line: expect.stringMatching(
      /then: agentlb continue --last; to wait for it: agentlb continue --last --wait$/,
    ),
  });
  const user = await limited(context, ENV);
  user.says(FREE, { text: "all done" });
  const free = await user.agentlb(["new", "a", "--", ...EXEC]);
  expect(free).toMatchObject({ code: 0, stdout: "all done\n" });
  expect(free.stderr).not.toContain("used up");
});

describeWith(["tmux"], "in a terminal", () => {
  test("a TUI that was refused is told when it ends", { timeout: LIMIT_MS }, async (context) => {
    const seen = async (what: string) => await tui(context, what);
    const [off, tell] = [await seen("off"), await seen("tell")];
    expect(off.screen).not.toMatch(/is used up: resets/);
    expect(tell.screen).toMatch(LINE);
    expect({ code: tell.code, modes: tell.modes }).toEqual({ code: off.code, modes: off.modes });
  });
});

/** Runs the TUI with a prompt that is refused and quits it. */
async function tui(context: TestContext, what: string) {
  const { user, says, home } = await limited(context, ENV);
  says(usedUp(3600), REFUSES);
  const path = join(home, "config.toml");
  writeFileSync(path, `${readFileSync(path, "utf8")}\n[projects."${user.cwd}"]\ntrust_level = "trusted"\n`);
  const terminal = openTerminal(user, ENV);
  const words = [...commandOf(WAY), "new", "a", "--on-limit", what, "--", "do it"].map((word) => `'${word}'`);
  terminal.type(words.join(" "));
  await until(() => terminal.screen().includes("hit your usage limit"), () => terminal.screen(), 60_000);
  terminal.press("C-z");
  await until(
    () => /Stopped/.test(terminal.screen()),
    () => `the shell knows:\n${terminal.screen()}`,
    60_000,
  );
  terminal.type(`fg; echo "end=$?" > code; stty -g > modes; : > done`);
  const isBack = () => !/Stopped/.test(terminal.screen()) && terminal.screen().includes("Ask Codex");
  await until(isBack, () => `it is back:\n${terminal.screen()}`, 60_000);
  const isOver = () => existsSync(join(user.cwd, "done"));
  terminal.press("C-c");
  await until(() => isOver() || terminal.screen().includes("again to quit"), () => terminal.screen(), 60_000);
  if (!isOver()) terminal.press("C-c");
  await until(() => existsSync(join(user.cwd, "done")), () => terminal.screen(), 60_000);
  const text = (name: string) => readFileSync(join(user.cwd, name), "utf8");
  return { screen: terminal.screen(), code: text("code"), modes: text("modes") };
}

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { identityOf } from "../../lib/io/process/process.ts";
import { sandbox } from "../../rig/in_test.ts";
import { patience } from "../../rig/patience.ts";
import { commandOf, type Way, ways } from "../../rig/program.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { describeWith } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { login } from "./support/login.ts";
import { publish } from "./support/published.ts";
import { openTerminal, type Terminal } from "./support/terminal.ts";

function user(): Sandbox {
  const made = sandbox({ env: { AGENTLB_SUPERVISOR_DISABLED: "1", LANG: "C.UTF-8" } });
  for (const alias of ["personal", "work"]) made.addAlias(alias, { authFile: login(alias) });
  publish(made, { personal: { used: [10, 20] }, work: { used: [30, 40] } });
  return made;
}

/** Starts the watch in a terminal that says `before` first, and after it the exit code, and that its settings are the same. */
function watch(made: Sandbox, way: Way): { terminal: Terminal; pid: () => number } {
  const terminal = openTerminal(made);
  const words = [...commandOf(way), "status", "--watch"].map((word) => `'${word}'`).join(" ");
  const pidFile = join(made.cwd, "pid");
  const script = join(made.cwd, "script");
  writeFileSync(
    script,
    [
      "trap : INT",
      "echo before; stty -g >was",
      `sh -c 'echo $$ >pid; exec "$@" 2>errors' sh ${words}`,
      'echo "end=$?"; stty -g | cmp - was && echo same',
      "",
    ].join("\n"),
  );
  terminal.type(`clear; sh ${script}`);
  return { terminal, pid: () => Number(readFileSync(pidFile, "utf8")) };
}

async function shows(terminal: Terminal, text: string | RegExp): Promise<void> {
  await until(() => terminal.screen().match(text) !== null, () => `${text} in\n${terminal.screen()}`);
}

/** The terminal is as it was before the watch, with what was on it. */
async function expectEnd(terminal: Terminal, end: number): Promise<void> {
  await shows(terminal, /^same$/m);
  expect(terminal.screen()).toMatch(new RegExp(`^before\n[^]*^end=${end}\nsame\n`, "m"));
  expect(terminal.screen()).not.toContain("SESSION");
  expect(terminal.state("#{alternate_on} #{cursor_flag} #{wrap_flag}")).toBe("0 1 1");
}

describeWith(["tmux"], "agentlb status --watch", () => {
  test.each(ways)("by %s draws in place what changes, as wide as the window is; q ends it", {
    timeout: patience(60_000),
  }, async (way) => {
    const made = user();
    const { terminal } = watch(made, way);
    await shows(terminal, /^\* personal .* 90% .* 80% /m);
    expect(terminal.screen()).toMatch(/^agentlb status, \d\d:\d\d; q ends it\n/);
    expect(terminal.state("#{alternate_on} #{cursor_flag}")).toBe("1 0");
    publish(made, { personal: { used: [95, 20] }, work: { used: [30, 40] } });
    await shows(terminal, /^\* work .*70% .* 60% /m);
    expect(terminal.screen()).toMatch(/^ {2}personal .*5% /m);
    expect(terminal.screen().match(/SESSION/g)).toHaveLength(1);
    expect(terminal.screen()).toContain("EMAIL");
    terminal.resize(60, 20);
    await until(() => !terminal.screen().includes("EMAIL"), () => terminal.screen());
    await shows(terminal, /^\* work .*70% .* 60% /m);
    terminal.press("q");
    await expectEnd(terminal, 0);
  });

  test.each<[string, number, (terminal: Terminal, pid: number) => void]>([
    ["Ctrl-C", 130, (terminal) => terminal.press("C-c")],
    ["SIGTERM", 143, (_terminal, pid) => void process.kill(pid, "SIGTERM")],
  ])("ended by %s leaves the terminal as it was", { timeout: patience(60_000) }, async (_by, end, stop) => {
    for (const way of ways) {
      const { terminal, pid } = watch(user(), way);
      await shows(terminal, /^\* personal /m);
      stop(terminal, pid());
      await expectEnd(terminal, end);
      terminal.close();
    }
  });

  test("ends without a word when its terminal is closed", { timeout: patience(60_000) }, async () => {
    for (const way of ways) {
      const made = user();
      const { terminal, pid } = watch(made, way);
      await shows(terminal, /^\* personal /m);
      terminal.close();
      await until(
        () => identityOf(pid()) === undefined,
        () => readFileSync(join(made.cwd, "errors"), "utf8"),
      );
      expect(readFileSync(join(made.cwd, "errors"), "utf8")).toBe("");
    }
  });

  test("shows what fits in a short window, and the pick", { timeout: patience(60_000) }, async () => {
    const made = user();
    const aliases = Array.from({ length: 30 }, (_, index) => `seat-${index + 10}`);
    for (const alias of aliases) made.addAlias(alias);
    publish(made, Object.fromEntries(aliases.map((alias) => [alias, {}])));
    const { terminal } = watch(made, ways[0]!);
    terminal.resize(80, 15);
    await shows(terminal, /^… \d+ more sessions\n[^]*^selected session: seat-10$/m);
    expect(terminal.screen()).toMatch(/^agentlb status/);
    terminal.press("q");
    await expectEnd(terminal, 0);
  });
});

test("without a terminal, --watch says that it needs one", async () => {
  const made = user();
  const { code, stdout, stderr } = await made.run("compiled", ["status", "--watch"]);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toBe(
    "agentlb: error: Cannot watch: --watch needs a terminal as stdout\n" +
      "agentlb: hint: for programs: agentlb status --json\n",
  );
});

import { copyFileSync, existsSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseLeases } from "../../lib/core/session/leases.ts";
import { identityOf } from "../../lib/io/process/process.ts";
import { TREE } from "../../rig/codex.ts";
import { sandbox } from "../../rig/in_test.ts";
import { patience } from "../../rig/patience.ts";
import { commandOf, type Way, ways } from "../../rig/program.ts";
import { finished } from "../../rig/result.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { describeWith } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { login } from "./support/login.ts";
import { scriptCodex } from "./support/scripted_codex.ts";
import { startShell } from "./support/shell.ts";
import { openTerminal } from "./support/terminal.ts";

const ALONE = { env: { AGENTLB_SUPERVISOR_DISABLED: "1" } };
const LINE =
  /^agentlb: the 5h limit of a \(a@example\.test\) is used up: resets (\d+ \w+ )?\d\d:\d\d, in (2h|1h 5\dm); then: agentlb continue --last; to wait for it: agentlb continue --last --wait$/m;
const options = { timeout: patience(90_000) };

/** A user with one session, whose `codex` is a shell script. */
function user(script: string): Sandbox {
  const made = sandbox({ ...ALONE, codex: "none" });
  made.addAlias("a", { authFile: login("a") });
  scriptCodex(made, script);
  return made;
}

function textOf(made: Sandbox, name: string): string {
  const path = join(made.cwd, name);
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

const present = (made: Sandbox, name: string) => until(() => textOf(made, name) !== "", `${name} is there`);
const put = (made: Sandbox, name: string) => writeFileSync(join(made.cwd, name), "");

/** The number that Codex has written down. */
async function codexIn(made: Sandbox): Promise<number> {
  await until(() => textOf(made, "pid").endsWith("\n"), "Codex runs");
  return Number(textOf(made, "pid"));
}

/** The state of a process, such as `T` for stopped, and its parent. */
function statOf(pid: number): { readonly state: string; readonly parent: number } {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  const [state = "", parent] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state, parent: Number(parent) };
}

const HOLD = "echo $$ > pid.new && mv pid.new pid; until [ -e go ]; do sleep 0.02; done";

/** The same without a start of other programs, in the middle of which a process can't be stopped: until a line is written. */
const GATE = "mkfifo gate; echo $$ > pid.new && mv pid.new pid; read line < gate";

describe.each(ways)("started by %s", options, (way) => {
  test("exec that a used-up limit ends says so, and is otherwise as with off", async () => {
    const made = user("cat; echo err >&2; limited; exit 1");
    const run = (what: string) =>
      made.run(way, ["rr", "--on-limit", what, "--", "exec", "hi"], { input: "in\0é\n" });
    const [off, tell] = [await run("off"), await run("tell")];
    expect(off).toMatchObject({ code: 1, signal: null, stdout: "in\0é\n" });
    expect(tell).toMatchObject({ code: 1, signal: null, stdout: "in\0é\n" });
    expect(tell.stderr).toMatch(LINE);
    expect(tell.stderr.replace(LINE, "").trimEnd()).toBe(off.stderr.trimEnd());
    expect((await made.run(way, ["rr", "--", "exec"])).stderr).toMatch(LINE);
  });

  test("exec that no limit ends is the same to the byte, however it ends", async () => {
    for (const how of ["exit 0", "exit 7", "exit 255", "kill -TERM $$", "kill -KILL $$", "kill -ABRT $$"]) {
      const made = user(`cat; echo err >&2; ${how}`);
      const run = (what: string) => made.run(way, ["new", "a", "--on-limit", what], { input: "in" });
      const off = await run("off");
      expect(await run("tell"), how).toEqual(off);
    }
  });

  test("Codex inherits no file of ours, and ignores the signals that its caller ignores", async () => {
    const made = user("ls -l /proc/self/fd > fds; grep SigIgn /proc/self/status > ignored");
    const script = 'trap "" HUP INT QUIT; exec "$@"';
    const seen = async (what: string) => {
      const words = [...commandOf(way), "rr", "--on-limit", what];
      const child = startShell(made, script, words);
      child.stdin?.end();
      expect(await finished(child, 30_000)).toMatchObject({ code: 0 });
      const fds = textOf(made, "fds").split("\n").flatMap((line) => / (\d+) -> /.exec(line)?.[1] ?? []);
      return { fds, ignored: BigInt(`0x${textOf(made, "ignored").trim().split(/\s+/)[1]}`) & 0x7fff_ffffn };
    };
    const tell = await seen("tell");
    expect(tell).toEqual(await seen("off"));
    // Node forgets at its start what was ignored.
    if (way !== "node") expect(tell.ignored & 7n).toBe(7n);
  });

  test("a parent that is killed leaves Codex at work, and the next agentlb sane", async () => {
    const made = user(`[ "$1" = second ] || { ${HOLD}; echo done > end; }`);
    const child = made.start(way, ["rr"]);
    const end = finished(child, 30_000);
    const codex = await codexIn(made);
    const parent = statOf(codex).parent;
    const leases = () =>
      parseLeases(readFileSync(join(made.root, "state/leases.json"), "utf8")).get("a")?.leases;
    expect(leases()?.map(({ pid }) => pid)).toEqual([parent]);
    process.kill(parent, "SIGKILL");
    child.stdout?.destroy();
    child.stderr?.destroy();
    await until(() => identityOf(parent) === undefined, "the parent is gone");
    expect(statOf(codex).state).not.toBe("Z");
    const removing = await made.run(way, ["rm", "a"]);
    expect(removing).toMatchObject({ code: 1 });
    expect(removing.stderr).toContain(String(codex));
    expect(await made.run(way, ["new", "a", "--", "second"])).toMatchObject({ code: 0 });
    expect(leases()?.map(({ pid }) => pid)).not.toContain(parent);
    put(made, "go");
    await present(made, "end");
    await end;
    await until(() => identityOf(codex) === undefined, "Codex is gone");
    expect((await made.run(way, ["rm", "a"])).stdout).toBe("removed session: a\n");
  });
});

describeWith(["tmux"], "at a terminal", () => {
  describe.each(ways)("started by %s", options, (way) => {
    /** A terminal with a shell, and the command line of the program for it. */
    function at(script: string, ...args: readonly string[]) {
      const made = user(script);
      const terminal = openTerminal(made, ALONE.env);
      const words = [...commandOf(way), "rr", ...args].map((word) => `'${word}'`).join(" ");
      return { made, terminal, words };
    }

    test("the screen, the exit code and the terminal are as with off, and the line is added", async () => {
      const tui = 'stty raw -echo; printf "ready\\r\\n"; head -c 1 > key; limited; exit 3';
      const seen = async (what: string) => {
        const { made, terminal, words } = at(tui, "--on-limit", what);
        terminal.type(`clear; ${words}; echo "end=$?"; stty -g > after; : > done`);
        await until(() => terminal.screen().includes("ready"), "Codex shows itself");
        terminal.press("C-c"); // in raw mode this is a key
        await until(() => existsSync(join(made.cwd, "done")), () => terminal.screen());
        expect(textOf(made, "key")).toBe("\x03");
        return { screen: terminal.screen(), modes: textOf(made, "after") };
      };
      const [off, tell] = [await seen("off"), await seen("tell")];
      expect(tell.modes).toBe(off.modes);
      expect(tell.screen).toMatch(
        /is used up: resets .*; then: agentlb continue --last; to wait for it: agentlb continue --last --wait\s/,
      );
      expect(
        tell.screen.replace(/^\s*agentlb: the 5h limit .* --last --wait\n/m, "").replace(/\s+/g, " ").trim(),
      )
        .toBe(off.screen.replace(/\s+/g, " ").trim());
    });

    test("Ctrl-Z stops both, fg continues both, and stopping the parent alone does no harm", async () => {
      const { made, terminal, words } = at(`${GATE}; read x; echo "$x" > heard; limited; exit 4`);
      terminal.type(words);
      const codex = await codexIn(made);
      const parent = statOf(codex).parent;
      const states = () => [statOf(parent).state, statOf(codex).state];
      const stopped = (of: readonly string[]) => of.every((state) => state === "T");
      const isTold = (times: number) => (terminal.screen().match(/Stopped/g) ?? []).length === times;
      terminal.press("C-z");
      await until(() => stopped(states()), () => `both are stopped: ${states()}`);
      await until(() => isTold(1), () => `the shell knows:\n${terminal.screen()}`);
      terminal.type("fg");
      await until(() => !states().includes("T"), () => `both go on: ${states()}`);
      process.kill(parent, "SIGSTOP");
      await until(() => stopped([states()[0]!]) && isTold(2), () => `the shell knows:\n${terminal.screen()}`);
      terminal.type(`fg; echo "end=$?" > done`);
      await until(() => !states().includes("T"), () => `both go on again: ${states()}\n${terminal.screen()}`);
      terminal.type("to Codex");
      writeFileSync(join(made.cwd, "gate"), "\n");
      await present(made, "done");
      expect(textOf(made, "heard")).toBe("to Codex\n");
      expect(textOf(made, "done")).toBe("end=4\n");
      expect(terminal.screen()).toContain("is used up");
    });

    test("a Codex that stops alone stops the job, and fg continues it", async () => {
      const { made, terminal, words } = at(
        `echo $$ > pid.new && mv pid.new pid; kill -STOP $$; echo on > on; exit 4`,
      );
      terminal.type(`${words}`);
      const codex = await codexIn(made);
      const parent = statOf(codex).parent;
      await until(() => [parent, codex].every((pid) => statOf(pid).state === "T"), "both are stopped");
      terminal.type(`fg; echo "end=$?" > done`);
      await present(made, "done");
      expect(textOf(made, "on")).toBe("on\n");
      expect(textOf(made, "done")).toBe("end=4\n");
    });

    test("a change of the window's size reaches Codex", async () => {
      const { made, terminal, words } = at(`trap 'stty size > size' WINCH; ${HOLD}`);
      terminal.type(`${words}; : > done`);
      await codexIn(made);
      terminal.resize(100, 20);
      await until(() => textOf(made, "size") === "20 100\n", "Codex knows the size");
      put(made, "go");
      await until(() => existsSync(join(made.cwd, "done")), "its end");
    });

    test("it runs in the background", async () => {
      const { made, terminal, words } = at(`${HOLD}; exit 6`);
      terminal.type(`${words} & wait $!; echo "end=$?" > done`);
      await codexIn(made);
      put(made, "go");
      await present(made, "done");
      expect(textOf(made, "done")).toBe("end=6\n");
    });

    test.each(["off", "tell"])("the end of the window reaches Codex once, with %s", async (what) => {
      const made = sandbox(ALONE);
      const script = { run: { ignore: ["SIGHUP"], holdUntil: "go" } };
      const home = made.addAlias("a", { authFile: login("a"), script });
      const terminal = openTerminal(made, ALONE.env);
      terminal.type([...commandOf(way), "rr", "--on-limit", what].map((word) => `'${word}'`).join(" "));
      await until(() => made.fake.happened("holding").length === 1, "Codex runs");
      const [{ pid } = { pid: 0 }] = made.fake.started(home);
      terminal.close();
      await until(() => made.fake.happened("signal").length > 0, "Codex has it");
      writeFileSync(join(home, "go"), "");
      await until(() => identityOf(pid) === undefined, "Codex is gone");
      expect(made.fake.happened("signal").map(({ what }) => what)).toEqual(["SIGHUP"]);
    });
  });
});

/** A signal to the program alone, with no terminal that could have sent it. */
test.each(ways)("an interrupt sent to the program alone reaches Codex once: %s", options, async (way) => {
  const made = user(`trap 'echo INT >> int' INT; ${HOLD}; exit 5`);
  const child = made.start(way, ["rr"]);
  const end = finished(child, 30_000);
  await codexIn(made);
  child.kill("SIGINT");
  await present(made, "int");
  put(made, "go");
  expect(await end).toMatchObject({ code: 5 });
  expect(textOf(made, "int")).toBe("INT\n");
});

const COPIED: Partial<Record<Way, string>> = { compiled: "dist/agentlb", node: "dist/js/agentlb.js" };
test.each(ways.filter((way) => COPIED[way] !== undefined))(
  "an upgrade while Codex runs does not keep it from being told: %s",
  options,
  async (way) => {
    const made = user(`${HOLD}; limited; exit 1`);
    const program = join(made.dir, way === "node" ? "agentlb.js" : "agentlb");
    copyFileSync(join(TREE, COPIED[way]!), program);
    const before = commandOf(way);
    const words = [...before.slice(0, -1), program, "rr"];
    const child = startShell(made, 'exec "$@"', words);
    onTestFinished(() => void child.kill("SIGKILL"));
    child.stdin?.end();
    const end = finished(child, 30_000);
    await codexIn(made);
    writeFileSync(`${program}.new`, "#!/bin/sh\nexit 99\n", { mode: 0o755 });
    renameSync(`${program}.new`, program);
    put(made, "go");
    expect(await end).toMatchObject({ code: 1, stderr: expect.stringMatching(LINE) });
    unlinkSync(program);
  },
);

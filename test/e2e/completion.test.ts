import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sandbox } from "../../rig/in_test.ts";
import { patience } from "../../rig/patience.ts";
import { commandOf, ways } from "../../rig/program.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { writeThread } from "../../rig/threads.ts";
import { completionScripts } from "../../scripts/man.ts";
import { describeWith } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { loadsOf } from "./support/loads.ts";
import { login } from "./support/login.ts";
import { tool } from "./support/shell.ts";
import { openTerminal, type Terminal } from "./support/terminal.ts";

// Real shells, with the script that the program prints, and a program `show` that is completed in the same way and
// writes down the words that it gets.

const T = Date.parse("2026-11-20T12:00:00Z");
/** Names of threads; what a shell would run of them makes a file "ran". Each has a first letter of its own. */
const NAMES = [
  "a plain name",
  "b$(touch ran)",
  "c`touch ran`",
  'd"; touch ran; "',
  "e'; touch ran; '",
  "f!x !! $HOME ${HOME}",
  "g*?[a]{b,c}~ ^=(x)",
  "h\\back\\\\slash\\",
  "i#x & touch ran | touch ran > ran",
  "jé 漢字 🎉",
  "kone\ntouch ran\n",
  "l --json",
];
/** What steers a terminal is offered by its id only. */
const STEERING = "z\x1b]0;title\x07\x1b[31mred";

interface Shell {
  readonly program: string;
  /** The command that starts it, with this folder to read first. */
  start(folder: string): string;
  /** What it reads first: a file, and the lines of it. */
  readonly rc: readonly [name: string, lines: readonly string[]];
}

const SHELLS: readonly Shell[] = [
  {
    program: "bash",
    start: (folder) => `exec bash --noprofile --rcfile ${folder}/bashrc -i`,
    rc: ["bashrc", [
      "PS1='READY> '",
      'eval "$(agentlb completion bash)"; eval "$(cap completion bash)"',
      "complete -o nosort -o bashdefault -o default -F _agentlb_completion show",
    ]],
  },
  {
    program: "zsh",
    start: (folder) => `ZDOTDIR=${folder} exec zsh -d -i`,
    rc: [".zshrc", [
      "PS1='READY> '; autoload -Uz compinit; compinit -u -D; bindkey -e",
      'eval "$(agentlb completion zsh)"; eval "$(cap completion zsh)"; compdef _agentlb show',
    ]],
  },
  {
    program: "fish",
    start: (folder) => `exec fish --no-config -i -C 'source ${folder}/config.fish'`,
    rc: ["config.fish", [
      "function fish_prompt; echo -n 'READY> '; end; set -g fish_greeting",
      "agentlb completion fish | source; cap completion fish | source",
      "complete -c show -f -k -a '(__agentlb_completion)'",
    ]],
  },
];

/** A user with sessions and threads, whose programs are on PATH. */
function user(): Sandbox {
  const made = sandbox({ env: { AGENTLB_SUPERVISOR_DISABLED: "1", LC_ALL: "C.UTF-8" } });
  made.addAlias("work", { authFile: login("work") });
  made.addAlias("spare", { authFile: login("spare") });
  const [program = ""] = commandOf("compiled");
  for (const name of ["agentlb", "cap"]) symlinkSync(program, join(made.bin, name));
  writeFileSync(
    join(made.bin, "show"),
    '#!/bin/sh\nprintf "%s\\0" "$@" > "$SHOWN.new"\nmv "$SHOWN.new" "$SHOWN"\n',
    {
      mode: 0o755,
    },
  );
  return made;
}

/** Opens the shell, ready for a line. */
async function open(made: Sandbox, shell: Shell): Promise<Terminal> {
  const folder = join(made.dir, "rc");
  mkdirSync(folder);
  const [name, lines] = shell.rc;
  writeFileSync(join(folder, name), lines.map((line) => `${line}\n`).join(""));
  const terminal = openTerminal(made, { SHOWN: join(made.dir, "shown") });
  terminal.type(shell.start(folder));
  await until(() => isReady(terminal), () => `it is ready:\n${terminal.screen()}`);
  return terminal;
}

let rounds = 0;

/** Tells whether the shell waits for a line. */
function isReady(terminal: Terminal): boolean {
  return terminal.screen().trimEnd().endsWith("READY>");
}

/** Types the beginning of a line, lets the shell complete it, and returns the words that `show` then gets. */
async function completed(made: Sandbox, terminal: Terminal, beginning: string): Promise<string[]> {
  const file = join(made.dir, "shown");
  const kept = join(made.dir, `shown-${++rounds}`);
  await until(() => isReady(terminal), () => `a line can be typed:\n${terminal.screen()}`);
  terminal.write(beginning);
  terminal.press("Tab");
  terminal.press("Enter");
  await until(() => existsSync(file), () => `words are shown for ${beginning}:\n${terminal.screen()}`);
  const words = readFileSync(file, "utf8").split("\0").slice(0, -1);
  renameSync(file, kept);
  return words.map((word) => word.replace(/\/$/, "")); // zsh removes the slash of a folder again
}

for (const shell of SHELLS) {
  describeWith(["tmux", shell.program], `${shell.program} completes`, () => {
    test("an alias that was made a moment ago, options, their values, and nothing after --", async () => {
      const made = user();
      const terminal = await open(made, shell);
      made.addAlias("wanderer");
      mkdirSync(join(made.cwd, "folder-one"));
      writeFileSync(join(made.cwd, "folder-file"), "");
      const lines: readonly (readonly [string, readonly string[]])[] = [
        ["show new wa", ["new", "wanderer"]],
        ["show new spare@", ["new", "spare@example.test"]],
        ["show pick --prefer sp", ["pick", "--prefer", "spare"]],
        ["show --policy=dr", ["--policy=drain"]],
        ["show --policy bal", ["--policy", "balanced"]],
        ["show supervisor resta", ["supervisor", "restart"]],
        ["show why --unb", ["why", "--unbound"]],
        ["show skill install cl", ["skill", "install", "clb"]],
        ["show skill install cap --to folder-o", ["skill", "install", "cap", "--to", "folder-one"]],
        ["show skill install cap --to=folder-o", ["skill", "install", "cap", "--to=folder-one"]],
        ["show cap auth-c", ["cap", "auth-current"]],
        ["show new work -- fol", ["new", "work", "--", "folder-"]],
      ];
      for (const [beginning, words] of lines) {
        expect(await completed(made, terminal, beginning), beginning).toEqual(words);
      }
    }, patience(60_000));

    test("hostile names of threads to just these words, and runs nothing of them", async () => {
      const made = user();
      const home = made.homeOf("work");
      NAMES.forEach((name, at) => writeThread(home, { at: T + at * 1000, name, words: `words of ${name}` }));
      const { id } = writeThread(home, { at: T + 99_000, name: STEERING, words: "$(touch ran)" });
      expect(await made.run("compiled", ["threads", "--json"])).toMatchObject({ code: 0 });
      const terminal = await open(made, shell);
      for (const name of NAMES) {
        expect(await completed(made, terminal, `show continue ${name[0]}`), name).toEqual(["continue", name]);
      }
      for (const quote of ["'", '"']) {
        for (const name of NAMES) {
          const words = await completed(made, terminal, `show continue ${quote}${name[0]}`);
          expect(words, quote + name).toEqual(["continue", name]);
        }
      }
      expect(await completed(made, terminal, `show continue ${id.slice(0, -2)}`)).toEqual(["continue", id]);
      terminal.write("show continue ");
      terminal.press("Tab");
      terminal.press("Tab");
      await until(
        () => terminal.screen().includes("a\\ plain") || terminal.screen().includes("a plain"),
        () => `the names are listed:\n${terminal.screen()}`,
      );
      const left = readdirSync(made.cwd, { recursive: true }).filter((path) => String(path).endsWith("ran"));
      expect(left).toEqual([]);
    }, patience(90_000));
  });
}

/** How each shell finds what the installer has put below `share`, and a line that the user types at once. */
const INSTALLED: readonly (readonly [program: string, start: (made: Sandbox, share: string) => string])[] = [
  ["bash", (made, share) => {
    writeFileSync(
      join(made.dir, "bashrc"),
      `PS1='READY> '; for name in agentlb cap clb; do . "${share}/bash-completion/completions/$name"; done\n`,
    );
    return `exec bash --noprofile --rcfile ${made.dir}/bashrc -i`;
  }],
  ["zsh", (made, share) => {
    writeFileSync(
      join(made.dir, ".zshrc"),
      `PS1='READY> '; fpath=("${share}/zsh/site-functions" $fpath); autoload -Uz compinit; compinit -u -D; bindkey -e\n`,
    );
    return `ZDOTDIR=${made.dir} exec zsh -d -i`;
  }],
  ["fish", () => `exec fish -i -C "function fish_prompt; echo -n 'READY> '; end"`],
];

for (const [program, start] of INSTALLED) {
  describeWith(["tmux", program], `${program} finds what install.sh has put in place`, () => {
    test("and completes from the first key on", async () => {
      const made = user();
      const share = join(made.home, ".local/share");
      for (const [path, text] of Object.entries(completionScripts())) {
        const [, shell = "", name = ""] = path.split("/");
        const folder = {
          bash: "bash-completion/completions",
          zsh: "zsh/site-functions",
          fish: "fish/vendor_completions.d",
        }[shell];
        if (folder === undefined) continue;
        mkdirSync(join(share, folder), { recursive: true });
        writeFileSync(join(share, folder, name), text);
      }
      const terminal = openTerminal(made);
      terminal.type(start(made, share));
      await until(() => isReady(terminal), () => `it is ready:\n${terminal.screen()}`);
      for (
        const [beginning, whole] of [["agentlb login wo", "agentlb login work"], [
          "cap auth-adv",
          "cap auth-advance",
        ]] as const
      ) {
        terminal.write(beginning);
        terminal.press("Tab");
        await until(() => terminal.screen().includes(whole), () => `it is completed:\n${terminal.screen()}`);
        terminal.press("C-u");
      }
    }, patience(60_000));
  });
}

describe("an answer", () => {
  test("is silence where nothing can be told, and writes and starts nothing", async () => {
    const made = sandbox();
    const ask = (words: readonly string[], env = {}) => made.run("compiled", ["complete", ...words], { env });
    const silence = { code: 0, stdout: "", stderr: "" };
    expect(await ask(["--", "new", ""])).toMatchObject({ code: 0, stderr: "" });
    expect(await ask(["--", "continue", "x"])).toMatchObject(silence);
    expect(await ask([])).toMatchObject({ code: 0, stderr: "" });
    expect(await ask(["--", "new", "w"], { AGENTLB_HOME: "relative" })).toMatchObject(silence);
    expect(await ask(["--for=powershell", "--", "=%"])).toMatchObject(silence);
    expect(existsSync(made.root)).toBe(false);
    made.addAlias("work", { authFile: login("work") });
    writeThread(made.homeOf("work"), { at: T, name: "a name" });
    const before = readdirSync(made.home, { recursive: true });
    expect(await ask(["--", "new", "w"]))
      .toMatchObject({ stdout: "work\twork@example.test\n", stderr: "" });
    expect(await ask(["--", "continue", ""])).toMatchObject({ code: 0, stderr: "" });
    expect(readdirSync(made.home, { recursive: true })).toEqual(before);
    expect(made.fake.started()).toEqual([]);
    for (const way of ways) {
      const { stdout } = await made.run(way, ["complete", "--for=zsh", "--", "--policy", ""]);
      expect([way, stdout]).toEqual([way, "none\0score\0balanced\0drain\0adaptive\0"]);
    }
  });

  test("has of all threads those that can be gone on with, the newest first, and only names that are clear", async () => {
    const made = sandbox({ env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
    const home = made.addAlias("work");
    const ids = ([
      { name: "twice" },
      { name: "twice" },
      { name: "--yes" },
      { words: "the first words" },
      { isArchived: true, name: "archived" },
      { source: { subagent: "review" }, name: "of a subagent" },
      { name: "clear", words: "more\n\x1b[31mwords" },
    ] as const).map((thread, at) => writeThread(home, { at: T + at * 1000, ...thread }).id);
    writeThread(join(made.home, ".codex"), { at: T + 60_000, name: "of my own Codex" });
    await made.run("compiled", ["threads"]);
    const { stdout } = await made.run("compiled", ["complete", "--", "continue", ""]);
    expect(stdout.split("\n")).toEqual([
      `${ids[6]}\twork: clear`,
      "clear\twork: more \\u{1b}[31mwords",
      `${ids[3]}\twork: the first words`,
      `${ids[2]}\twork: --yes`,
      `${ids[1]}\twork: twice`,
      `${ids[0]}\twork: twice`,
      "",
    ]);
  });

  test("loads what knows threads only where a thread is wanted", () => {
    const made = sandbox({ env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
    made.addAlias("work");
    const threads = /^lib\/(app|core)\/thread\//;
    const loadsFor = (word: string) => loadsOf(made, ["complete", "--", word, ""]).files;
    expect(loadsFor("new").filter((file) => threads.test(file))).toEqual([]);
    expect(loadsFor("new")).toContain("lib/app/completion/aliases.ts");
    expect(loadsFor("continue").filter((file) => threads.test(file))).not.toEqual([]);
  });
});

describeWith(["fish"], "fish", () => {
  test("shows what each word is", async () => {
    const made = user();
    const script =
      'agentlb completion fish | source; complete -C "agentlb new w"; complete -C "agentlb supervisor st"';
    const { stdout } = await tool(made, "fish", ["--no-config", "-c", script]);
    expect(stdout.split("\n")).toEqual([
      "work\twork@example.test",
      "start\tkeep limits fresh (picking starts it by itself)",
      "status\twhether it runs, since when, from where, with which codex",
      "stop\tend it; the renewal of a login is finished first",
      "",
    ]);
  });
});

/**
 * `npm run screens`: writes docs/screens from what agentlb prints on a terminal in the made-up world of the demo. Needs
 * tmux. Two runs write the same files.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TREE } from "../rig/codex.ts";
import { writeThread } from "../rig/threads.ts";
import { ACCOUNTS, limits, startWorld, until, type World } from "./demo/world.ts";
import { castOf, type Shown } from "./screens/cast.ts";
import { settle } from "./screens/settle.ts";
import { svgOf } from "./screens/svg.ts";

const COLUMNS = 100;
const FOLDER = join(TREE, "docs/screens");
const HOUR_MS = 3_600_000;

/** A zone in which it is past one o'clock now, so that all times of the screens are of one day. */
const ahead = ((13 - new Date().getUTCHours() + 36) % 24) - 12;
const ZONE = `Etc/GMT${ahead > 0 ? "-" : "+"}${Math.abs(ahead)}`;

const begun = new Date();
const world = await startWorld("The test waits for the server now. It passed 50 times in a row.");
const shown: (Shown & { readonly name: string })[] = [];
try {
  await record();
  mkdirSync(FOLDER, { recursive: true });
  for (const { name, command, output } of shown) {
    const picture = svgOf(`\u001b[2m$\u001b[0m ${command}\n${output}`, command);
    writeFileSync(join(FOLDER, `${name}.svg`), picture);
  }
  writeFileSync(join(FOLDER, "demo.cast"), castOf("agentlb", COLUMNS, shown));
  console.log(readdirSync(FOLDER).sort().join("\n"));
} finally {
  await world.close(false);
}

async function record(): Promise<void> {
  const { backend } = world;
  writeEarlierThreads(world);
  await run("start", "agentlb supervisor start --background");
  shown.length = 0; // its process id differs each time
  await until(
    () => Object.keys(ACCOUNTS).every((id) => world.shown(id)?.lastProbeResult === "ok"),
    "a reading of every account",
  );
  await run("status", "agentlb status");
  await run("why", "agentlb why");
  backend.set("work", { responses: { mode: "usage_limit" }, usage: limits(100, 30, 2) });
  await run("limit", 'agentlb -- exec --skip-git-repo-check "Fix the flaky test."');
  await until(() => {
    const work = world.shown("work");
    return work?.usageLeftPercent === 0 && work.refusedAt !== undefined;
  }, "a supervisor that knows of the refusal");
  await run("used-up", "agentlb status");
  await run("forecast", "agentlb forecast");
  await run("threads", "agentlb threads");
  backend.set("work", { responses: { mode: "ok" }, usage: limits(0, 30, 5) });
  await until(() => world.shown("work")?.usageLeftPercent !== 0, "the reset");
  await run("continue", "agentlb continue --last");
}

/** Runs a command in a terminal of its own, and keeps what it printed there. */
async function run(name: string, command: string): Promise<void> {
  const ended = join(world.dir, `ended-${name}`);
  const socket = `agentlb-${name}`; // one for each: a server that ends refuses the next
  const agentlb = `agentlb() { '${process.execPath}' '${join(TREE, "cli.ts")}' "$@"; }`;
  const script = `${agentlb}; ${command}; : > '${ended}'; exec cat`;
  const tmux = (...words: string[]) => {
    const env = {
      ...world.env,
      LANG: "C.UTF-8",
      TERM: "xterm-256color",
      TZ: ZONE,
      SHELL: "/bin/sh",
      TMUX_TMPDIR: world.dir,
    };
    const { status, stdout, stderr } = spawnSync("tmux", ["-u", "-L", socket, "-f", "/dev/null", ...words], {
      encoding: "utf8",
      cwd: world.project,
      env,
    });
    if (status !== 0) throw new Error(`tmux ${words[0]}: ${stderr}`);
    return stdout;
  };
  tmux("new-session", "-d", "-x", String(COLUMNS), "-y", "50", script);
  try {
    await until(() => existsSync(ended), `the end of ${command}`);
    await drawn(() => tmux("capture-pane", "-p", "-e"));
    const screen = tmux("capture-pane", "-p", "-e");
    shown.push({ name, command, output: settle(screen, course()).trimEnd() });
  } finally {
    tmux("kill-server");
  }
}

/** tmux may still be drawing when the command has ended: until the screen holds something and stays as it is. */
async function drawn(screen: () => string): Promise<void> {
  let before = "";
  await until(() => {
    const now = screen();
    const isSame = now.trim() !== "" && now === before;
    before = now;
    return isSame;
  }, "the screen");
}

function course() {
  const [hours = 0, minutes = 0] = new Intl.DateTimeFormat("en-GB", {
    timeZone: ZONE,
    hour: "2-digit",
    minute: "2-digit",
  }).format(begun).split(":").map(Number);
  return { home: world.home, begunMinute: hours * 60 + minutes, threads: threadsOfCodex() };
}

function threadsOfCodex(): string[] {
  const names = readdirSync(join(world.root, "sessions"), { recursive: true, encoding: "utf8" });
  const made = names.filter((name) => /rollout-[^/]*\.jsonl$/.test(name))
    .map((name) => JSON.parse(readFileSync(join(world.root, "sessions", name), "utf8").split("\n")[0] ?? ""))
    .filter(({ payload }) => payload.originator === "codex_exec");
  return made.map(({ payload }) => payload.id as string).sort();
}

function writeEarlierThreads({ root, home }: World): void {
  const at = (hours: number) => begun.getTime() - hours * HOUR_MS;
  const threads = [
    {
      alias: "personal",
      id: "01a2f1aa-5d0c-7a44-8f1b-6a1f0c9d2e11",
      hours: 2,
      words: "Draw the graph of last month",
    },
    { alias: "spare", id: "01a2f0b1-17e2-7c35-a6d0-0b8e4f3a9c22", hours: 4, words: "Why is the build slow?" },
  ];
  for (const { alias, id, hours, words } of threads) {
    writeThread(join(root, "sessions", alias), {
      id,
      at: at(hours),
      words,
      cwd: join(home, "shop"),
      workspace: alias,
    });
  }
}

/**
 * `npm run measure`: measures the supervisor's cost at rest and its time to a reading of every session, with the real
 * Codex and a fake service on loopback; their growth with the number of sessions, with a script as Codex; and the time to
 * list threads.
 * `--rest SECONDS` (60; at most 20 of them for growth), `--probes N` (200), `--only compiled|archives|compared|growth|threads`.
 * Run with Bun, after `npm run build`. Figures are shown with their aims and never asserted; a leftover process fails
 * the run.
 */
import { existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { processesOf } from "../rig/leftover.ts";
import { type Way, WAYS } from "../rig/program.ts";
import { refusingProxy } from "../rig/refusing_proxy.ts";
import { until } from "../rig/until.ts";
import { atMost, columns, type Figure, figureTable } from "./figures.ts";
import { inside, isInside } from "./isolated.ts";
import { fillArchive } from "./measure/archive.ts";
import { growthOf } from "./measure/growth.ts";
import { type Office, openOffice } from "./measure/office.ts";
import { threadTimes } from "./measure/threads.ts";
import { appServersOf, childrenOf, cpuSecOf, openFilesOf, rssMbOf } from "./measure/processes.ts";

const SESSIONS = 20;
const ARCHIVED = 1000;
const THREADS = 10_000;
/** Other runtimes are for comparison only. */
const COMPARED_REST_SEC = 20;

const offices = new Set<Office>();
process.exitCode = isInside() ? await measure() : inside(fileURLToPath(import.meta.url));

async function measure(): Promise<number> {
  if (!existsSync("/proc/self/stat")) {
    console.log("Nothing is measured here: that takes a /proc");
    return 1;
  }
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => void closeAll().finally(() => process.exit(1)));
  }
  const proxy = await refusingProxy();
  process.env.RIG_PROXY = proxy.url;
  try {
    const parts = { compiled, archives, compared, growth, threads };
    const only = optionOf("--only");
    for (const [name, part] of Object.entries(parts)) if (only === undefined || only === name) await part();
    console.log(`\nrequests to anywhere but the fake service: ${proxy.attempts.length} (refused)`);
    return 0;
  } catch (thrown) {
    console.log(`Measuring failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    return 1;
  } finally {
    await closeAll();
    await proxy.close();
  }
}

/** The released program, with every aim. */
async function compiled(): Promise<void> {
  const figures: Figure[] = [];
  const show = (...more: Figure[]) => figures.push(...more);
  await inOffice("compiled", 3, {}, async (office) => {
    const { sec } = await firstReadings(office);
    show({ name: "from the start to a reading of all 3 sessions", value: `${sec.toFixed(2)} s` });
  });
  await inOffice("compiled", SESSIONS, {}, async (office) => {
    const { sec, pid } = await firstReadings(office);
    show({ name: `the same of ${SESSIONS} sessions`, value: `${sec.toFixed(2)} s` });
    await office.work(office.aliases[7]!, pid);
    const { appServers, rssMb, cpuPercent, requests } = await rest(office, pid, wish("--rest", 60));
    const cpu = Number(cpuPercent.toFixed(2));
    show(
      { name: "app-servers at rest, one of 20 at work", value: `${appServers}`, aim: atMost(appServers, 1) },
      { name: "memory of the supervisor", value: `${rssMb.toFixed(1)} MB`, aim: atMost(rssMb, 90, " MB") },
      { name: "CPU of the supervisor", value: `${cpu.toFixed(2)} % of a core`, aim: atMost(cpu, 1, " %") },
      { name: "readings meanwhile", value: `${requests}` },
    );
  });
  show(...await afterProbes(wish("--probes", 200)));
  console.log(`\nCompiled, real Codex, ${wish("--rest", 60)} s at rest\n\n${figureTable(figures)}`);
}

/** The same program at rest, with months of old rollouts. */
async function archives(): Promise<void> {
  await inOffice("compiled", SESSIONS, {}, async (office) => {
    for (const alias of office.aliases) fillArchive(office.user.homeOf(alias), ARCHIVED);
    const { sec, pid } = await firstReadings(office);
    const { rssMb, cpuPercent, requests } = await rest(office, pid, wish("--rest", 60));
    const cpu = Number(cpuPercent.toFixed(2));
    const figures: Figure[] = [
      { name: `from the start to a reading of all ${SESSIONS} sessions`, value: `${sec.toFixed(2)} s` },
      { name: "CPU of the supervisor", value: `${cpu.toFixed(2)} % of a core`, aim: atMost(cpu, 0.5, " %") },
      { name: "memory of the supervisor", value: `${rssMb.toFixed(1)} MB`, aim: atMost(rssMb, 90, " MB") },
      { name: "readings meanwhile", value: `${requests}` },
    ];
    const what = `${SESSIONS} sessions of ${ARCHIVED} old rollouts each, nothing open`;
    console.log(`\nCompiled, ${what}, ${wish("--rest", 60)} s at rest\n\n${figureTable(figures)}`);
  });
}

/** The time to list the threads of all sessions, and to find one. */
async function threads(): Promise<void> {
  const { coldMs, listMs, changedMs, resumeMs, indexMb } = await threadTimes(THREADS);
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  const figures: Figure[] = [
    { name: "`agentlb threads`, for the first time", value: ms(coldMs) },
    { name: "`agentlb threads`", value: ms(listMs), aim: atMost(Math.round(listMs), 300, " ms") },
    { name: "the same after a thread was begun", value: ms(changedMs) },
    { name: "`agentlb -- resume --last --all`, up to the start of Codex", value: ms(resumeMs) },
    { name: "state/threads.json", value: `${indexMb.toFixed(1)} MB` },
  ];
  console.log(`\nCompiled, ${THREADS} threads\n\n${figureTable(figures)}`);
}

/** The leaked resources after many probes. */
async function afterProbes(probes: number): Promise<Figure[]> {
  const pace = { AGENTLB_PROBE_INTERVAL_SEC: "1", AGENTLB_PRE_STALE_REFRESH_COOLDOWN_SEC: "1" };
  return await inOffice("compiled", SESSIONS, pace, async (office) => {
    const { service, user } = office;
    // Without logins there are no probes, so that nothing runs before and after.
    office.hideLogins();
    const pid = await office.start();
    await office.results("login required");
    const before = openFilesOf(pid);
    office.showLogins();
    await service.waitFor({ path: "/usage", status: 200 }, probes, 180_000);
    office.hideLogins();
    const left = () =>
      new Set([...childrenOf(pid), ...processesOf(user.home).map((found) => found.pid)]).size - 1;
    await until(() => left() === 0, "the last probes end", 20_000).catch(() => {});
    const count = service.find({ path: "/usage", status: 200 }).length;
    const [after, remaining] = [openFilesOf(pid), left()];
    office.showLogins();
    return [
      { name: `processes left after ${count} probes`, value: `${remaining}`, aim: atMost(remaining, 0) },
      {
        name: "open files of the supervisor before and after",
        value: `${before}, ${after}`,
        aim: { words: "equal", isMet: before === after },
      },
    ];
  });
}

/** The same supervisor on the other runtimes. */
async function compared(): Promise<void> {
  const figures: Figure[] = [];
  for (const way of WAYS.filter((way) => way !== "compiled")) {
    await inOffice(way, SESSIONS, {}, async (office) => {
      const { sec, pid } = await firstReadings(office);
      await office.work(office.aliases[7]!, pid);
      const { rssMb, cpuPercent } = await rest(office, pid, COMPARED_REST_SEC);
      const values = [
        `${rssMb.toFixed(1)} MB`,
        `${cpuPercent.toFixed(2)} % of a core`,
        `${sec.toFixed(2)} s`,
      ];
      figures.push({ name: `${way}: memory, CPU, first readings of 20`, value: values.join(", ") });
    });
  }
  console.log(`\nFor comparison, ${COMPARED_REST_SEC} s at rest each\n\n${figureTable(figures)}`);
}

/** The same program with increasing numbers of sessions. */
async function growth(): Promise<void> {
  const few = await growthOf(3, 5);
  const all = [];
  for (const sessions of [10, 100, 1000]) {
    all.push(await growthOf(sessions, Math.min(20, wish("--rest", 60))));
  }
  const rows = all.map(({ sessions, read, readSec, readCpuSec, rssMb, ...each }) => [
    `${sessions} sessions`,
    `${read} in ${readSec.toFixed(1)} s`,
    readCpuSec.toFixed(1),
    each.restPercent.toFixed(2),
    each.pickedPercent.toFixed(2),
    rssMb.toFixed(0),
    ((rssMb - few.rssMb) * 1024 / sessions).toFixed(0),
    (each.pickMs / few.pickMs).toFixed(1),
    (each.statusMs / few.statusMs).toFixed(1),
    each.whySec === undefined ? "too long" : each.whySec.toFixed(2),
  ]);
  const header = ["read", "CPU s", "rest %", "picked %", "MB", "kB each", "pick", "status", "why s"];
  console.log(`\nGrowth; pick and status in times of what they take with 3 sessions\n`);
  console.log(columns(["", ...header], rows));
  const [, , last] = all;
  if (last === undefined) return;
  const value = (found: number, unit: string) => `${found.toFixed(2)}${unit}`;
  const [pick, status] = [last.pickMs / few.pickMs, last.statusMs / few.statusMs];
  const kb = (last.rssMb - few.rssMb) * 1024 / last.sessions;
  const why = last.whySec ?? Infinity;
  console.log(`\n${
    figureTable([
      {
        name: "CPU of 1,000 at rest",
        value: value(last.restPercent, " %"),
        aim: atMost(last.restPercent, 2, " %"),
      },
      { name: "memory of each", value: value(kb, " kB"), aim: atMost(kb, 20, " kB") },
      { name: "pick among 1,000, times 3", value: value(pick, ""), aim: atMost(pick, 2.5) },
      { name: "status of 1,000, times 3", value: value(status, ""), aim: atMost(status, 6) },
      { name: "why among 1,000", value: value(why, " s"), aim: atMost(why, 1, " s") },
    ])
  }`);
}

async function firstReadings(office: Office): Promise<{ sec: number; pid: number }> {
  const began = performance.now();
  const pid = await office.start();
  await office.results("ok");
  return { sec: (performance.now() - began) / 1000, pid };
}

interface Rest {
  /** The maximum. */
  readonly appServers: number;
  readonly rssMb: number;
  readonly cpuPercent: number;
  /** The number of requests for limits at the service. */
  readonly requests: number;
}

/** Samples an idle supervisor once a second. */
async function rest({ service }: Office, pid: number, seconds: number): Promise<Rest> {
  const asked = () => service.find({ path: "/usage" }).length;
  const [askedBefore, cpuBefore, began] = [asked(), cpuSecOf(pid), performance.now()];
  let appServers = 0;
  let rssMb = 0;
  for (let second = 0; second < seconds; second++) {
    await wait(1000);
    appServers = Math.max(appServers, appServersOf(pid).length);
    rssMb = Math.max(rssMb, rssMbOf(pid));
  }
  const cpuPercent = (cpuSecOf(pid) - cpuBefore) / ((performance.now() - began) / 1000) * 100;
  return { appServers, rssMb, cpuPercent, requests: asked() - askedBefore };
}

async function inOffice<T>(
  way: Way,
  sessions: number,
  env: Readonly<Record<string, string>>,
  action: (office: Office) => Promise<T>,
): Promise<T> {
  const office = await openOffice(way, sessions, env);
  offices.add(office);
  try {
    return await action(office);
  } finally {
    offices.delete(office);
    await office.close();
  }
}

async function closeAll(): Promise<void> {
  for (const office of offices) await office.close();
  offices.clear();
}

function optionOf(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

function wish(name: string, ordinary: number): number {
  const given = Number(optionOf(name) ?? ordinary);
  if (!Number.isSafeInteger(given) || given < 1) throw new Error(`${name} takes a number`);
  return given;
}

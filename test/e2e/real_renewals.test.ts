import { spawn } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, type ExpectStatic, test } from "vitest";
import { refreshTokenParts } from "../../rig/backend/token.ts";
import { commandOf } from "../../rig/program.ts";
import { finished } from "../../rig/result.ts";
import { hasTools } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { codexIn, figure, isRunning, refreshTokenIn, turnIn, WAY, type World, world } from "./real_world.ts";
import { patience } from "../../rig/patience.ts";

// With the real Codex 0.171 and a token endpoint that takes 8 seconds: whatever happens in those, the login is kept.

const DELAY_MS = 8000;
const SOON = { ttlSec: 200 };
const EXPIRED = { ttlSec: -100 };

/** What `rm` says last, on stderr. */
const KEPT = /^agentlb: kept for 7 days in \S+; to bring it back: agentlb restore \w+\n$/;

interface Renewing extends World {
  readonly auth: string;
  /** The refresh token before. */
  readonly first: string;
  /** Waits until the login is renewed, and checks that it is whole and that nobody spent a token twice. */
  renewed(expect: ExpectStatic): Promise<void>;
}

const CAN_TRACE = hasTools("strace");
const TRACE = ["-f", "--seccomp-bpf", "-e", "trace=kill", "-o"];

/** A supervisor that renews the login of the session "r" right now; "o" is another one. */
async function renewing(
  context: Parameters<typeof world>[0],
  login: { readonly ttlSec: number } = SOON,
  more: {
    readonly env?: Readonly<Record<string, string>>;
    readonly pool?: boolean;
    readonly start?: (made: World) => Promise<unknown> | unknown;
  } = {},
): Promise<Renewing> {
  const made = await world(context, {
    accounts: { r: { refresh: { delayMs: DELAY_MS } } },
    ...(more.env ? { env: more.env } : {}),
  });
  const { service, user, agentlb } = made;
  user.addAlias("o", { backend: service, account: "o" });
  const home = user.addAlias("r", { backend: service, account: "r", ...login });
  const auth = more.pool
    ? linkedInto(join(user.home, "pool"), join(home, "auth.json"))
    : join(home, "auth.json");
  const first = refreshTokenIn(auth);
  await (more.start ?? (() => agentlb(["supervisor", "start", "--background"])))(made);
  await service.waitFor({ path: "/oauth/token", account: "r" });
  return {
    ...made,
    auth,
    first,
    async renewed(expect) {
      await until(() => refreshTokenIn(auth) !== first, "a new login on disk", 20_000);
      const token = refreshTokenIn(auth);
      expect(refreshTokenParts(token)).toMatchObject({ id: "r" });
      expect(service.isSpent(token)).toBe(false);
      const place = existsSync(home)
        ? home
        : user.addAlias("again", { backend: service, authFile: read(auth) });
      expect(await turnIn(place)).toBe("fake answer");
      expect(service.find({ path: "/oauth/token" }).map((row) => row.status)).toEqual([200]);
      expect(service.find({ path: "/oauth/revoke" })).toEqual([]);
    },
  };
}

/** Moves an auth file into a folder and leaves a link to it. */
function linkedInto(pool: string, auth: string): string {
  mkdirSync(pool, { recursive: true, mode: 0o700 });
  const target = join(pool, "work.json");
  renameSync(auth, target);
  symlinkSync(target, auth);
  return target;
}

function read(path: string): string {
  return readFileSync(path, "utf8");
}

describe.concurrent("a login is renewed", { timeout: patience(60_000) }, () => {
  test("although the time limit of its probe is over and another session goes", async (context) => {
    const { expect } = context;
    const made = await renewing(context, EXPIRED, {
      env: { AGENTLB_PROBE_LIFETIME_SEC: "2" },
      ...(CAN_TRACE ? { start: startTraced } : {}),
    });
    const { agentlb, renewed, results, service, user } = made;
    await results({ r: "no answer in 2 s" });
    const began = performance.now();
    const removed = await agentlb(["rm", "o"]);
    expect(removed).toMatchObject({ code: 0, stdout: "removed session: o\n" });
    expect(removed.stderr).toMatch(KEPT);
    figure("`rm` of another session beside a renewal", performance.now() - began);
    expect(service.find({ path: "/oauth/token" })[0]?.status).toBeUndefined();
    await renewed(expect);
    expect(existsSync(user.homeOf("o"))).toBe(false);
    await agentlb(["supervisor", "stop"]);
    if (CAN_TRACE) expect(killsIn(read(traceOf(made)))).toEqual([]);
  });

  test("although the supervisor is stopped", async (context) => {
    const { agentlb, renewed, service } = await renewing(context);
    const stopped = await agentlb(["supervisor", "stop"]);
    context.expect(stopped.stdout).toMatch(/supervisor stopped\n$/);
    context.expect(service.find({ path: "/oauth/token" })[0]?.status).toBeUndefined();
    await renewed(context.expect);
  });

  test("although the supervisor is killed: the next one leaves that home alone until it can read its limits", async (context) => {
    const { agentlb, renewed, results, service, supervisor, user } = await renewing(context, EXPIRED);
    const [server] = service.find({ path: "/oauth/token" });
    const killed = supervisor();
    process.kill(killed, "SIGKILL");
    // The kernel takes a moment to end it; until then it runs, and none is started beside it.
    await until(() => !isRunning(killed), "it is dead");
    const started = await agentlb(["supervisor", "start", "--background"]);
    context.expect(started.stdout).toContain("started supervisor in background");
    await results({ o: "ok" });
    context.expect(codexIn(user.homeOf("r"))).toEqual([server?.pid]);
    await renewed(context.expect);
    await results({ r: "ok" });
  });

  test("before its session is removed: the file that it links to has the new login", async (context) => {
    const { agentlb, auth, first, renewed, user } = await renewing(context, SOON, { pool: true });
    const removed = await agentlb(["rm", "r"]);
    context.expect(removed).toMatchObject({
      code: 0,
      stdout: "removed session: r\n",
    });
    const [waiting, ...rest] = removed.stderr.split(/(?<=\n)/);
    context.expect(waiting).toBe('agentlb: waiting for the login of "r" to be renewed\n');
    context.expect(rest.join("")).toMatch(KEPT);
    context.expect(refreshTokenIn(auth)).not.toBe(first);
    context.expect(lstatSync(auth).mode & 0o777).toBe(0o600);
    context.expect(existsSync(user.homeOf("r"))).toBe(false);
    await renewed(context.expect);
  });

  test("before a command starts Codex in its home", async (context) => {
    const { expect } = context;
    const { agentlb, first, renewed, service, user } = await renewing(context, EXPIRED);
    const own = join(user.bin, "my-codex");
    writeFileSync(own, '#!/bin/sh\ngrep refresh_token "$CODEX_HOME/auth.json"\n', { mode: 0o755 });
    const [real, plain] = await Promise.all([
      agentlb(["new", "r", "--", "exec", "--skip-git-repo-check", "hi"]),
      agentlb(["new", "r", "--cmd", "my-codex"]),
    ]);
    const waiting = 'agentlb: waiting for the login of "r" to be renewed\n';
    expect(real).toMatchObject({ code: 0, stdout: expect.stringContaining("fake answer") });
    expect(real.stderr.split(waiting)).toHaveLength(2);
    expect(plain).toMatchObject({ code: 0, stderr: expect.stringContaining(waiting) });
    expect(plain.stdout).toContain("refresh_token");
    expect(plain.stdout).not.toContain(first);
    const [row] = service.find({ path: "/oauth/token" });
    const [turn] = service.find({ path: "/responses", account: "r" });
    expect(turn?.at).toBeGreaterThanOrEqual(row?.answeredAt ?? Infinity);
    await renewed(expect);
  });

  test.runIf(CAN_TRACE)("and a signal to an app-server would be seen", async (context) => {
    const { user } = await world(context);
    const file = join(user.dir, "kills");
    const script = "sleep 60 & kill -TERM $!; kill -0 $!; wait";
    const child = spawn("strace", [...TRACE, file, "bash", "-c", script], { env: user.env, stdio: "pipe" });
    await finished(child, 10_000);
    context.expect(killsIn(read(file))).toEqual([context.expect.stringContaining("SIGTERM")]);
  });
});

/** Starts the supervisor so that every signal it sends is on record. */
function startTraced(world: World): void {
  const { user } = world;
  spawn("strace", [...TRACE, traceOf(world), ...commandOf(WAY), "supervisor", "daemon"], {
    env: user.env,
    cwd: user.cwd,
    detached: true,
    stdio: "ignore",
  });
}

function traceOf({ user }: World): string {
  return join(user.dir, "kills");
}

/** The lines of a trace that say that a signal was sent from one process to another; 0 only asks. */
function killsIn(trace: string): string[] {
  return trace.split("\n").filter((line) => {
    const [, sender, target, name] = /^(\d+)\s+kill\((-?\d+),.*?(SIG\w+|0)\)/.exec(line) ?? [];
    return name !== undefined && name !== "0" && sender !== target;
  });
}

import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { Children } from "../../../lib/app/supervisor/records/app_server_record.ts";
import type { CodexProgram } from "../../../lib/app/codex/codex_program.ts";
import { CodexVersions } from "../../../lib/app/codex/codex_version.ts";
import { type Role, Starter } from "../../../lib/app/supervisor/starter.ts";
import { parseChildren } from "../../../lib/core/session/app_server_record.ts";
import { layoutOf } from "../../../lib/core/system/layout.ts";
import { linux } from "../../../lib/io/platform/linux.ts";
import { readText } from "../../../lib/io/files/read.ts";
import type { Spawn } from "../../../lib/io/process/spawn.ts";
import { FakeClock } from "../../../rig/clock.ts";
import { answering, fakeSpawn } from "../../../rig/fake_spawn.ts";

const PROBE: Role = { purpose: "probe", mayRenew: false, updated: () => {} };
const RENEWAL: Role = { ...PROBE, mayRenew: true };

function place(env: Record<string, string> = {}, spawn?: Spawn) {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-starter-")));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const layout = layoutOf(join(dir, "root"));
  for (const folder of [layout.sessionStates, layout.locks]) mkdirSync(folder, { recursive: true });
  const spawned = fakeSpawn(() => answering());
  const found: { program: CodexProgram | undefined } = {
    program: { path: "/bin/codex", fingerprint: "first" },
  };
  const host = {
    clock: new FakeClock(),
    random: () => 0.5,
    env,
    platform: "linux",
    system: linux,
    spawn: spawn ?? spawned.spawn,
    capture: () => Promise.reject(new Error("nobody asks for a version here")),
  };
  const starter = new Starter({
    host,
    layout,
    versions: new CodexVersions(host, layout),
    children: new Children(layout, { note: () => {} }, () => true),
    mayWrite: () => true,
    codex: () => found.program,
  });
  const home = join(layout.sessions, "a");
  return {
    layout,
    found,
    children: spawned.children,
    starter,
    start: (role: Role) => starter.start("a", home, join(home, "auth.json"), role),
    recorded: () => parseChildren(readText(layout.children)),
  };
}

it("an app-server gets no login and no databases but those of its home", async () => {
  const foreign = {
    CODEX_HOME: "/elsewhere",
    CODEX_ACCESS_TOKEN: "made-up",
    CODEX_API_KEY: "made-up",
    OPENAI_API_KEY: "made-up",
    CODEX_SQLITE_HOME: "/elsewhere",
  };
  const { start, children, layout } = place({ ...foreign, HTTPS_PROXY: "http://127.0.0.1:9" });
  await start(PROBE);
  expect(children[0]?.launch.env).toEqual({
    CODEX_HOME: join(layout.sessions, "a"),
    CODEX_SQLITE_HOME: join(layout.sqlite, "a"),
    AGENTLB_APP_SERVER: expect.stringMatching(/^[0-9a-f-]{36}$/),
    HTTPS_PROXY: "http://127.0.0.1:9",
  });
  expect(statSync(join(layout.sqlite, "a")).mode & 0o777).toBe(0o700);
});

it("an app-server is outdated when another program would be started, and not while there is none", async () => {
  const { start, starter, found } = place();
  const started = await start(PROBE);
  if (!("server" in started)) throw new Error(started.fault.kind);
  expect(starter.isOutdated(started.server)).toBe(false);
  found.program = undefined;
  expect(starter.isOutdated(started.server)).toBe(false);
  found.program = { path: "/bin/codex", fingerprint: "second" };
  expect(starter.isOutdated(started.server)).toBe(true);
});

it.each([RENEWAL, PROBE])("a start that fails at once leaves nothing on record: %j", async (role) => {
  const { start, recorded } = place({}, () => {
    throw new Error("spawn E2BIG");
  });
  await expect((async () => await start(role))()).rejects.toThrow("E2BIG");
  expect(recorded()).toEqual([]);
});

it("a start that can't make its folder leaves nothing on record", async () => {
  const { start, recorded, layout, children } = place();
  writeFileSync(layout.sqlite, "a file where the folder should be");
  await expect(start(RENEWAL)).rejects.toThrow();
  expect([recorded(), children.length]).toEqual([[], 0]);
});

it("without a program nothing is started or recorded", async () => {
  const { start, recorded, found, children } = place();
  found.program = undefined;
  expect(await start(RENEWAL)).toEqual({ fault: { kind: "codexNotFound" } });
  expect([recorded(), children.length]).toEqual([[], 0]);
});

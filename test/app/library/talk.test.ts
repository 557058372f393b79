import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openTalk } from "../../../lib/app/library/talk.ts";
import { renderChildren } from "../../../lib/core/session/app_server_record.ts";
import { CHECKED_CODEX } from "../../../lib/core/codex/versions.ts";
import { Failure } from "../../../lib/core/text/failure.ts";
import { layoutOf } from "../../../lib/core/system/layout.ts";
import { type Host, realHost } from "../../../lib/io/host.ts";
import { ownIdentity } from "../../../lib/io/process/process.ts";
import { FakeClock, settle } from "../../../rig/clock.ts";
import {
  answering,
  type Behaviour,
  failing,
  fakeSpawn,
  hanging,
  LIMITS,
  silent,
} from "../../../rig/fake_spawn.ts";
import { authFile, START } from "../world.ts";

const REFUSED = failing(-32603, "GET x failed: 401 Unauthorized; body=");

/** A home with a login, and an app-server in it that behaves so. */
function place(behaviour: Behaviour | "absent" = answering(), auth: string | undefined = authFile("a@x")) {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-talk-")));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const codex = join(dir, "codex");
  writeFileSync(codex, "#!/bin/sh\nexit 99\n");
  chmodSync(codex, 0o755);
  const home = join(dir, "home");
  mkdirSync(home);
  const setAuth = (text: string) => writeFileSync(join(home, "auth.json"), text);
  if (auth !== undefined) setAuth(auth);
  const clock = new FakeClock(START);
  const spawned = fakeSpawn(() => behaviour);
  const env = { HOME: dir, PATH: dir, OPENAI_API_KEY: "made-up", CODEX_HOME: "/elsewhere" };
  const said = { version: CHECKED_CODEX };
  const capture = () =>
    Promise.resolve({ exit: { code: 0 }, stdout: `codex-cli ${said.version}\n`, stderr: "" });
  const host: Host = { ...realHost(import.meta.url), env, cwd: dir, clock, capture, spawn: spawned.spawn };
  const layout = layoutOf(join(dir, ".agentlb"));
  const open = (options = {}, folder = home) => openTalk(host, layout, folder, options);
  return { dir, home, layout, clock, said, children: spawned.children, setAuth, open };
}

/** What went wrong. */
async function wrong(work: Promise<unknown>): Promise<string> {
  const thrown = await work.then(() => undefined, (error: unknown) => error);
  expect(thrown).toBeInstanceOf(Failure);
  return (thrown as Failure).message;
}

describe("a conversation with an app-server", () => {
  it("begins with an honest name, in the login of the home alone", async () => {
    const { open, children, home } = place();
    const talk = await open({}, "home");
    const [child] = children;
    expect(talk.home).toBe(home);
    expect(child?.launch).toMatchObject({ args: ["app-server"], cwd: home });
    expect(child?.launch.env).toMatchObject({ CODEX_HOME: home });
    expect(child?.launch.env).not.toHaveProperty("OPENAI_API_KEY");
    expect(child?.requests[0]?.params).toMatchObject({ clientInfo: { name: "agentlb-library" } });
  });

  it("reads limits by their id", async () => {
    const { open } = place();
    const limits = await (await open()).readLimits();
    expect(limits.get("codex")).toEqual(LIMITS.rateLimits);
  });

  it("knows no limits of an API key, and says of the rest why there is no answer", async () => {
    const answers: readonly [Behaviour, string][] = [
      [failing(-32600, "codex account authentication required to read rate limits"), "login required"],
      [REFUSED, "token refused"],
      [failing(-32603, "error sending request for url (x)"), "no network"],
      [answering({ ...LIMITS, accountId: "acct-other" }), "answer for another account"],
    ];
    for (const [behaviour, reason] of answers) {
      const { open, home } = place(behaviour);
      const talk = await open();
      expect(await wrong(talk.readLimits())).toBe(`Cannot read the limits of ${home}: ${reason}`);
    }
    const { open } = place(failing(-32600, "chatgpt authentication required to read rate limits"));
    expect(await (await open()).readLimits()).toEqual(new Map());
  });

  it("passes requests on and gives back what Codex answers, error or not", async () => {
    const { open, children, home } = place((request, child) => {
      if (request.method === "fail") child.fail(request.id, -32600, "unknown \u001b[31mvariant");
      else child.answer(request.id, { got: request.params ?? "nothing" });
    });
    const talk = await open();
    expect(await talk.request("model/list", { limit: 1 })).toEqual({ got: { limit: 1 } });
    expect(await talk.request("model/list")).toEqual({ got: "nothing" });
    expect(await wrong(talk.request("fail"))).toBe(
      `Cannot ask fail in ${home}: codex answers -32600: unknown \\u{1b}[31mvariant`,
    );
    expect(children[0]?.asked).toEqual(["initialize", "account/read", "model/list", "model/list", "fail"]);
  });

  it("never sends what could cost the login, whatever an object says of itself", async () => {
    const { open, children } = place();
    const talk = await open();
    let looks = 0;
    const sly = {
      get includeToken() {
        return looks++ > 0;
      },
    };
    await talk.request("getAuthStatus", sly);
    expect(children[0]?.requests[2]?.params).toEqual({ includeToken: false });
    for (const params of [{ includeToken: true }, { toJSON: () => ({ includeToken: true }) }]) {
      expect(await wrong(talk.request("getAuthStatus", params))).toContain("getAuthStatus is not sent");
    }
    expect(await wrong(talk.request("account/logout"))).toContain("account/logout is not sent");
    expect(children[0]?.asked).toEqual(["initialize", "account/read", "getAuthStatus"]);
  });

  it("tells what Codex says without being asked", async () => {
    const { open, children } = place();
    const heard: unknown[] = [];
    await open({ notified: (method: string, params: unknown) => heard.push([method, params]) });
    children[0]?.notify("account/rateLimits/updated", { rateLimits: {} });
    expect(heard).toEqual([["account/rateLimits/updated", { rateLimits: {} }]]);
  });

  it("waits for an answer as long as it was told", async () => {
    const { open, clock, home } = place(hanging);
    const talk = await open({ timeoutMs: 5000 });
    const message = wrong(talk.request("model/list"));
    await clock.advance(5000);
    expect(await message).toBe(`Cannot ask model/list in ${home}: no answer in 5 s`);
  });

  it("says why it can't begin", async () => {
    const { open, home, dir, children } = place("absent");
    expect(await wrong(open())).toBe(`Cannot start an app-server in ${home}: codex not found`);
    expect(await wrong(open({ codex: "no-such" }))).toContain("codex not found");
    expect(await wrong(open({}, "nowhere"))).toBe(
      `Cannot start an app-server in ${dir}/nowhere: there is no such folder`,
    );
    expect(children).toHaveLength(1);
  });
});

describe("where the login may be renewed", () => {
  const SOON = authFile("a@x", { ttlSec: 599 });

  it.each([["due", SOON], ["expired", authFile("a@x", { ttlSec: -1 })], ["unreadable", "{"]])(
    "nothing is started: it is %s",
    async (_, auth) => {
      const { open, children, home } = place(answering(), auth);
      expect(await wrong(open())).toBe(
        `Cannot start an app-server in ${home}: its login is due for renewal, or can't be read`,
      );
      expect(children).toEqual([]);
    },
  );

  it("nothing is started beside an app-server of the supervisor that may be renewing it, nor asked", async () => {
    const { open, children, home, layout } = place();
    const talk = await open();
    mkdirSync(dirname(layout.children), { recursive: true });
    const entry = { ...ownIdentity(), alias: "b", auth: join(home, "auth.json"), startedAt: 0 };
    writeFileSync(layout.children, renderChildren([{ ...entry, mayRenew: false }]));
    await talk.readLimits();
    writeFileSync(layout.children, renderChildren([{ ...entry, mayRenew: true }]));
    const why = "the supervisor may be renewing this login";
    expect(await wrong(open())).toBe(`Cannot start an app-server in ${home}: ${why}`);
    expect(await wrong(talk.readLimits())).toBe(`Cannot read the limits of ${home}: ${why}`);
    expect(children).toHaveLength(1);
    await settle();
    expect(children[0]?.isStdinOpen).toBe(false);
  });

  it("a conversation ends before that, whether or not anybody asks", async () => {
    const { open, children, clock, setAuth } = place(answering(), authFile("a@x", { ttlSec: 3600 }));
    await open();
    await clock.advance(49 * 60_000);
    expect(children[0]?.isGone).toBe(false);
    await clock.advance(2 * 60_000);
    expect(children[0]?.isGone).toBe(true);

    setAuth(authFile("a@x", { ttlSec: 2 * 3600 }));
    const talk = await open();
    setAuth(SOON);
    expect(await wrong(talk.request("model/list"))).toContain("its login is due for renewal");
    await settle();
    expect(children[1]).toMatchObject({ isGone: true });
    expect(children[1]?.asked).not.toContain("model/list");
  });

  it("an old Codex is not started where the last renewal is long ago", async () => {
    const { open, children, said, setAuth } = place();
    said.version = "0.110.0";
    const old = { ...JSON.parse(authFile("a@x")), last_refresh: "2026-11-12T12:00:00Z" };
    setAuth(JSON.stringify(old));
    expect(await wrong(open())).toMatch(/its login is due for renewal/);
    expect(children).toEqual([]);
    said.version = CHECKED_CODEX;
  });

  it("an app-server that uses another home is asked nothing there", async () => {
    const { open, children } = place((request, child) =>
      child.answer(request.id, { userAgent: "fake/0.171.0", codexHome: "/elsewhere" })
    );
    expect(await wrong(open())).toMatch(/: codex uses another home: \/elsewhere$/);
    expect(children[0]?.asked).not.toContain("account/rateLimits/read");
  });

  it("an old Codex is asked again without parameters", async () => {
    const { open, children } = place((request, child) => {
      if (request.method === "initialize") return child.answer(request.id, { userAgent: "fake/0.140.0" });
      if (request.params === undefined) return child.answer(request.id, LIMITS);
      child.fail(request.id, -32600, "Invalid request: invalid type: map, expected unit");
    });
    const talk = await open();
    expect((await talk.readLimits()).get("codex")?.primary?.usedPercent).toBe(25);
    await talk.readLimits();
    const asked = children[0]?.requests.filter(({ method }) => method === "account/rateLimits/read");
    expect(asked?.map(({ params }) => params)).toEqual([
      { excludeResetCreditDetails: true },
      undefined,
      undefined,
    ]);
  });

  it("a renewal under way at the handshake gets no question but that of the handshake", async () => {
    const { open, children, setAuth } = place((request, child) => {
      setAuth(SOON);
      child.answer(request.id, {});
    });
    expect(await wrong(open())).toContain("its login is due for renewal");
    expect(children[0]).toMatchObject({ asked: ["initialize", "account/read"], isStdinOpen: false });
  });
});

describe("the end of a conversation", () => {
  it("is the end of its stdin, once Codex has shown that it renews nothing", async () => {
    const { open, children } = place();
    const talk = await open();
    await talk.readLimits();
    await talk.close();
    expect(children[0]).toMatchObject({
      isGone: true,
      asked: ["initialize", "account/read", "account/rateLimits/read"],
    });
    expect(await wrong(talk.readLimits())).toContain("the app-server has ended");
  });

  it("waits for an answer that shows it, when the last one did not", async () => {
    for (const last of ["nothing", "refused", "another request"]) {
      let owed: (() => void) | undefined;
      const { open, children } = place((request, child) => {
        if (request.method === "account/read") owed = () => child.answer(request.id, {});
        else if (last === "refused") REFUSED(request, child);
        else answering()(request, child);
      });
      const talk = await open();
      if (last !== "nothing") await talk.readLimits().catch(() => {});
      if (last === "another request") await talk.request("model/list");
      const gone = talk.close();
      await settle();
      expect(children[0]?.asked.at(-1)).toBe("account/read");
      expect(children[0]?.isStdinOpen).toBe(true);
      owed?.();
      await gone;
      expect(children[0]?.isGone).toBe(true);
    }
  });

  it.each([
    ["in its first minute", answering(), 10_000, 60_000],
    ["for a minute while the login may be renewed", hanging, 30_000, 90_000],
  ])("is no signal %s", async (_, behaviour, closedAt, signalledAt) => {
    const { open, children, clock } = place(behaviour);
    const talk = await open({ timeoutMs: 1000 });
    await Promise.all([talk.readLimits().catch(() => {}), clock.advance(1000)]);
    const child = children[0]!;
    child.ignoresEnd = true;
    const signals: string[] = [];
    const kill = process.kill;
    process.kill = (pid, name) => {
      if (pid !== -child.pid!) return kill(pid, name);
      signals.push(String(name));
      if (name === "SIGKILL") child.exit({ signal: "SIGKILL" });
      return true;
    };
    onTestFinished(() => void (process.kill = kill));
    await clock.advance(closedAt - 1000);
    let isGone = false;
    void talk.close().then(() => isGone = true);
    await clock.advance(signalledAt - closedAt - 1);
    expect(signals).toEqual([]);
    await clock.advance(1);
    expect(signals).toEqual(["SIGTERM"]);
    await clock.advance(2000);
    expect(signals).toEqual(["SIGTERM", "SIGKILL"]);
    await settle();
    expect(isGone).toBe(true);
  });

  it("leaves nothing behind when the handshake gets no answer", async () => {
    const { open, children, clock, home } = place(silent);
    const message = wrong(open({ timeoutMs: 2000 }));
    await clock.advance(2000);
    expect(await message).toBe(`Cannot start an app-server in ${home}: no answer in 2 s`);
    expect(children[0]).toMatchObject({ isGone: true, asked: ["initialize", "account/read"] });
  });

  it("is noticed when Codex ends by itself", async () => {
    const { open, children, home } = place(hanging);
    const talk = await open();
    const message = wrong(talk.request("model/list"));
    await settle();
    children[0]!.stderr = "out of memory\n";
    children[0]?.exit({ code: 1 });
    expect(await message).toBe(
      `Cannot ask model/list in ${home}: app-server ended without an answer: exit 1 out of memory (${
        children[0]?.launch.file
      })`,
    );
    await talk.close();
  });
});

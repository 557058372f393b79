import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { NPM_CODEX } from "../../rig/codex.ts";
import { commandOf } from "../../rig/program.ts";
import { finished } from "../../rig/result.ts";
import { patience } from "../../rig/patience.ts";
import { describeWith } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { refreshTokenIn, turnIn, WAY, type World, world } from "./real_world.ts";
import { openTerminal } from "./support/terminal.ts";

// With the real Codex 0.171 and its device login.

const ALONE = { AGENTLB_SUPERVISOR_DISABLED: "1" };

/** Makes the configured login go to the fake service; `--device-auth` is added by the command line. */
function configure({ service, user }: World): void {
  mkdirSync(user.root, { recursive: true, mode: 0o700 });
  const command = `codex login --experimental_issuer ${service.url}`;
  writeFileSync(join(user.root, "config.toml"), `[runner]\nlogin_command = "${command}"\n`, { mode: 0o600 });
}

/** Waits until a device login asks, approves it as an account, and returns the last request before it. */
async function approve({ service }: World, account: string, after: number): Promise<void> {
  await service.waitFor({ path: "/deviceauth/token", status: 403, after });
  expect(service.approveDevice(account)).toBe(1);
}

const temporary = ({ user }: World) => {
  const folder = join(user.root, "state", "logins");
  return existsSync(folder) ? readdirSync(folder) : [];
};

describe.concurrent("a login of an account that another session has", { timeout: patience(60_000) }, () => {
  test("is noted without a terminal; both sessions work on, and none is revoked", async (context) => {
    const { expect } = context;
    const made = await world(context, { env: ALONE });
    const { service, start, user } = made;
    user.addAlias("a", { backend: service, account: "one" });
    user.addAlias("b", { backend: service });
    configure(made);
    const after = service.rows.length;
    const end = finished(start(["login", "b", "--device-auth"]), 20_000);
    await approve(made, "one", after);
    const { code, stdout, stderr } = await end;
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(
        /^agentlb: log in to "b" now; a private browser window helps to choose another account\n[^]*agentlb: logged in to "b" \(one@example\.test\), plan pro\nagentlb: note: this is the same account as "a": they share its limits\n$/,
      ),
    });
    const tokens = ["a", "b"].map((alias) => refreshTokenIn(join(user.homeOf(alias), "auth.json")));
    for (const token of tokens) {
      expect(service.isSpent(token)).toBe(false);
      expect(stdout + stderr).not.toContain(token);
    }
    for (const alias of ["a", "b"]) expect(await turnIn(user.homeOf(alias))).toBe("fake answer");
    expect(service.find({ path: "/oauth/revoke" })).toEqual([]);
  });
});

describeWith(["tmux"], "at a terminal", () => {
  test("the second login of one account is asked about, and another one takes its place", {
    timeout: patience(60_000),
  }, async (context) => {
    const made = await world(context, { env: ALONE });
    const { service, user } = made;
    user.addAlias("a", { backend: service, account: "one" });
    const home = user.addAlias("b", { backend: service, account: "two" });
    configure(made);
    const before = refreshTokenIn(join(home, "auth.json"));
    const terminal = openTerminal(user, ALONE);
    const words = [...commandOf(WAY), "login", "b", "--device-auth"].map((word) => `'${word}'`).join(" ");
    const sees = (text: string) =>
      until(() => terminal.screen().includes(text), () => `"${text}":\n${terminal.screen()}`);
    const first = service.rows.length;
    terminal.type(`clear; ${words}; echo "end=$?" > ended`);
    await approve(made, "one", first);
    await sees("[K/l/s]");
    expect(terminal.screen()).toContain(
      'agentlb: this is the same account as "a" (one@example.test), plan pro',
    );
    expect(refreshTokenIn(join(home, "auth.json"))).toBe(before);
    const second = service.rows.length;
    terminal.type("l");
    await approve(made, "two", second);
    await until(() => existsSync(join(user.cwd, "ended")), () => terminal.screen());
    expect(terminal.screen()).toContain('agentlb: logged in to "b" (two@example.test), plan pro');
    expect(readFileSync(join(user.cwd, "ended"), "utf8")).toBe("end=0\n");
    expect(refreshTokenIn(join(home, "auth.json"))).not.toBe(before);
    expect(temporary(made)).toEqual([]);
    for (const alias of ["a", "b"]) expect(await turnIn(user.homeOf(alias))).toBe("fake answer");
    expect(service.find({ path: "/oauth/revoke" })).toEqual([]);
  });
});

describeWith(["tmux"], "init at a terminal, with the real Codex", () => {
  test.for([["itself", undefined], ["behind the script of its npm package", NPM_CODEX]] as const)(
    "%s, leaves whole sessions at Ctrl-C in a login",
    { timeout: patience(60_000) },
    async ([, program], context) => {
      const more = program === undefined ? {} : { program };
      const made = await world(context, { env: ALONE, ...more });
      const { service, user } = made;
      configure(made);
      const terminal = openTerminal(user, ALONE);
      const words = [...commandOf(WAY), "init", "one", "two", "--device-auth"].map((word) => `'${word}'`);
      const last = () => terminal.screen().trimEnd().split("\n").at(-1) ?? "";
      const sees = (text: string) => until(() => last().includes(text), () => terminal.screen());
      terminal.type(`clear; ${words.join(" ")}`);
      await sees("press Enter to log in");
      const first = service.rows.length;
      terminal.type("");
      await approve(made, "one", first);
      await until(() => terminal.screen().includes("(one@example.test), plan pro"), () => terminal.screen());
      await sees("press Enter to log in");
      const second = service.rows.length;
      terminal.type("");
      await service.waitFor({ path: "/deviceauth/token", status: 403, after: second });
      terminal.press("C-c");
      await until(() => /^[#$]$/.test(last()), () => terminal.screen());
      expect(terminal.screen()).toContain("agentlb: stopped; what is logged in stays");
      expect(readdirSync(join(user.root, "sessions"))).toEqual(["one"]);
      expect(service.isSpent(refreshTokenIn(join(user.homeOf("one"), "auth.json")))).toBe(false);
      expect(service.find({ path: "/oauth/revoke" })).toEqual([]);
    },
  );
});

describe.concurrent("cap add", { timeout: patience(60_000) }, () => {
  test("puts a login of the real Codex into a team folder, and refuses the account a second time", async (context) => {
    const { expect } = context;
    const made = await world(context, { env: ALONE });
    const { service, user } = made;
    const team = join(user.home, "accounts");
    const add = (name: string) =>
      user.start(WAY, [
        "cap",
        "add",
        name,
        "--team-dir",
        team,
        "--login-cmd",
        `codex login --device-auth --experimental_issuer ${service.url}`,
      ]);
    const end = finished(add("one"), 20_000);
    await approve(made, "one", 0);
    expect(await end).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(new RegExp(`${team}/one\\.json\n$`)),
      stderr: expect.stringContaining("ℹ️ added one.json: one@example.test, plan pro\n"),
    });
    const file = join(team, "one.json");
    const text = readFileSync(file, "utf8");
    expect([statSync(file).mode & 0o777, statSync(team).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(service.isSpent(refreshTokenIn(file))).toBe(false);

    const after = service.rows.length;
    const again = finished(add("two"), 20_000);
    await approve(made, "one", after);
    expect(await again).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        "❌ not added: this is the same account as one.json (one@example.test), plan pro\n",
      ),
    });
    expect(readdirSync(team)).toEqual(["one.json"]);
    expect(readFileSync(file, "utf8")).toBe(text);
    expect(temporary(made)).toEqual([]);
    expect(service.find({ path: "/oauth/revoke" })).toEqual([]);
  });

  test.for(["SIGINT", "SIGKILL"] as const)(
    "that is ended by %s adds nothing, and can be run again",
    async (signal, context) => {
      const { expect } = context;
      const made = await world(context, { env: ALONE });
      const { service, user } = made;
      const team = join(user.home, "accounts");
      const words = ["cap", "add", "one", "--team-dir", team, "--login-cmd"];
      const command = `codex login --device-auth --experimental_issuer ${service.url}`;
      const child = user.start(WAY, [...words, command]);
      const end = finished(child, 20_000);
      await service.waitFor({ path: "/deviceauth/token", status: 403 });
      process.kill(-child.pid!, signal);
      const { code } = await end;
      if (signal === "SIGINT") expect([code, existsSync(team)]).toEqual([5, false]);
      else expect(readdirSync(team)).toEqual([]);
      const after = service.rows.length;
      const again = finished(user.start(WAY, [...words, command]), 20_000);
      await service.waitFor({ path: "/deviceauth/token", status: 403, after });
      service.approveDevice("one");
      expect((await again).code).toBe(0);
      expect(readdirSync(team)).toEqual(["one.json"]);
    },
  );
});

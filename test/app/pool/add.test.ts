import { existsSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { main } from "../../../lib/cli/pool/main.ts";
import type { Launch } from "../../../lib/core/shell/launch.ts";
import type { Exit } from "../../../lib/io/process/spawn.ts";
import { authFile, world } from "../world.ts";
import { poolWorld } from "./pool_world.ts";

const A = authFile("a@x");
const B = authFile("b@x");
const BEFORE = "ℹ️ log in to work.json now; a private browser window helps to choose another account\n";

/** A pool whose next login leaves a text, or ends otherwise. */
function pool() {
  const user = world();
  const made = poolWorld();
  const launches: Launch[] = [];
  const run = async (
    args: string,
    login: string | Exit | (() => string) = A,
    name: "cap" | "clb" = "cap",
  ) => {
    [user.out, user.err] = ["", ""];
    const host = user.host({
      args: args.split(" "),
      env: made.env as Record<string, string>,
      foreground(launch) {
        launches.push(launch);
        const left = typeof login === "function" ? login() : login;
        if (typeof left !== "string") return left;
        expect(readdirSync(launch.env.CODEX_HOME!)).toEqual(["config.toml"]);
        writeFileSync(join(launch.env.CODEX_HOME!, "auth.json"), left);
        return { code: 0 };
      },
    });
    const code = await main(host, name, join(made.skill, "scripts"));
    return { code, out: user.out, err: user.err };
  };
  const logins = () => existsSync(user.layout.logins) ? readdirSync(user.layout.logins) : [];
  return { ...made, run, launches, logins, files: () => readdirSync(made.team).sort() };
}

describe("add", () => {
  test.each(["cap", "clb"] as const)(
    "puts a fresh login into the team folder, where %s picks it",
    async (name) => {
      const { run, team, read, mode, files, logins, launches, cap } = pool();
      expect(await run("add work", A, name)).toEqual({
        code: 0,
        out: `${team}/work.json\n`,
        err: `${BEFORE}ℹ️ added work.json: a@x, plan pro\n`,
      });
      expect([read(join(team, "work.json")), mode(join(team, "work.json"))]).toEqual([A, 0o600]);
      expect(files()).toEqual(["work.json"]);
      expect(logins()).toEqual([]);
      expect(launches.map(({ args }) => args)).toEqual([["login"]]);
      expect((await cap("pick-auth", "--worker", "w", "--base", "b")).out).toBe(`${team}/work.json\n`);
    },
  );

  test("logs in in an empty home that keeps its login in a file", async () => {
    const { run, launches, read } = pool();
    await run("add work --device-auth", () => {
      const home = launches.at(-1)!.env.CODEX_HOME!;
      expect(read(join(home, "config.toml"))).toContain('cli_auth_credentials_store = "file"');
      return A;
    });
    expect(launches.at(-1)?.args).toEqual(["login", "--device-auth"]);
  });

  test("overwrites nothing: neither a file, nor a link that leads nowhere, nor one that came meanwhile", async () => {
    const { run, team, auth, read, launches, logins } = pool();
    auth("work.json");
    const before = read(join(team, "work.json"));
    symlinkSync(join(team, "nowhere"), join(team, "link.json"));
    for (const name of ["work", "work.json", "link"]) {
      const { code, out, err } = await run(`add ${name}`, B);
      expect([code, out]).toEqual([1, ""]);
      expect(err).toMatch(
        /^❌ (work|link)\.json is there already: .*\n {3}choose another name; nothing is overwritten\n$/,
      );
    }
    expect(launches).toEqual([]);
    expect(read(join(team, "work.json"))).toBe(before);
    const late = await run("add late", () => {
      auth("late.json", "quick");
      return B;
    });
    expect(late).toMatchObject({
      code: 1,
      err: expect.stringMatching(/late\.json is there already[^]*the login is kept: move /),
    });
    const [kept] = logins();
    expect(late.err).toContain(join("logins", kept!, "auth.json"));
    expect(read(join(team, "late.json"))).toContain("quick");
  });

  test.each<[string, string | Exit, number]>([
    ["failed", { code: 1 }, 5],
    ["was ended by Ctrl-C", { signal: "SIGINT" }, 5],
    ["left half a file", "{", 5],
  ])("leaves nothing of a login that %s", async (_, login, code) => {
    const { run, files, logins } = pool();
    expect((await run("add work", login)).code).toBe(code);
    expect(files()).toEqual([]);
    expect(logins()).toEqual([]);
  });

  test("refuses an account that the folder has, unless it is forced", async () => {
    const { run, files, logins } = pool();
    await run("add one");
    expect(await run("add two")).toEqual({
      code: 1,
      out: "",
      err: BEFORE.replace("work", "two") +
        "❌ not added: this is the same account as one.json (a@x), plan pro\n" +
        "   to add it all the same: cap add two --force\n",
    });
    expect(files()).toEqual(["one.json"]);
    expect(logins()).toEqual([]);
    const forced = await run("add two --force --json");
    expect(forced.err).toContain("ℹ️ this is the same account as one.json: they share its limits\n");
    expect(JSON.parse(forced.out)).toMatchObject({
      schema: "agentlb.pool-add/1",
      email: "a@x",
      plan: "pro",
      sameAccountAs: ["one.json"],
    });
    expect(files()).toEqual(["one.json", "two.json"]);
  });

  test("makes a team folder that is not there, and takes it away when the login fails", async () => {
    const { run, dir, mode } = pool();
    const fresh = join(dir, "fresh");
    expect((await run(`add work --team-dir ${fresh}`, { code: 1 })).code).toBe(5);
    expect(existsSync(fresh)).toBe(false);
    const { code, out, err } = await run(`add work --team-dir ${fresh}`);
    expect([code, out, mode(fresh)]).toEqual([0, `${fresh}/work.json\n`, 0o700]);
    expect(err).toContain(`ℹ️ made the team folder ${fresh}\n`);
    expect(await run(`add work --team-dir ${dir}/no/such`)).toMatchObject({
      code: 1,
      err: expect.stringContaining("❌ cannot make auth_team_dir "),
    });
  });

  test("needs a team folder, and says so", async () => {
    const { run, env, write, dir } = pool();
    env.CAP_AUTH_TEAM_DIR = "";
    expect((await run("add work")).err).toBe(
      "❌ auth_team_dir is required (pass --team-dir or set it in cap_config.yaml)\n",
    );
    expect((await run(`add work --team-dir ${write(join(dir, "file"), "")}`)).err).toContain("is no folder");
  });

  test.each(["../x", ".hidden", "a/b", "work.bak"])(
    "refuses the name %s, and asks for no login",
    async (name) => {
      const { run, launches } = pool();
      expect(await run(`add ${name}`)).toMatchObject({
        code: 2,
        err: expect.stringContaining(`❌ '${name}' can't be the name of an auth file: `),
      });
      expect(launches).toEqual([]);
    },
  );

  test("warns of a file that the glob leaves out", async () => {
    const { run, env, files } = pool();
    env.CAP_AUTH_TEAM_GLOB = "*.auth";
    expect((await run("add work")).err).toContain(
      "⚠️ work.json is not picked: auth_team_glob '*.auth' in cap_config.yaml does not match it\n",
    );
    expect(files()).toEqual(["work.json"]);
  });

  test("is in no usage and no list of choices that the predecessor has, but in the help", async () => {
    const { run } = pool();
    expect((await run("")).err).not.toMatch(/\badd\b/);
    expect((await run("nope")).err).not.toMatch(/\badd\b/);
    const help = (await run("-h")).out;
    expect(help.split("\n\n")[0]).not.toMatch(/\badd\b/);
    expect(help).toMatch(/^ {2}add +log in and put the login into the team directory$/m);
    expect((await run("add")).err).toContain("the following arguments are required: name");
  });

  test("never shows a token", async () => {
    const { run } = pool();
    const { out, err } = await run("add work --json");
    for (const token of Object.values(JSON.parse(A).tokens as Record<string, unknown>)) {
      if (typeof token === "string" && token.length > 10) expect(out + err).not.toContain(token);
    }
  });
});

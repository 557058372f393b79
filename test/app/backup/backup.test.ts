import { spawn } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { createBackup } from "../../../lib/app/backup/create.ts";
import { backupsOf } from "../../../lib/app/backup/load.ts";
import { finishRestore, restoreBackup, type RestoreWish } from "../../../lib/app/backup/restore.ts";
import { openRoot } from "../../../lib/app/session/sessions.ts";
import { renderRestoring } from "../../../lib/core/backup/restoring.ts";
import { Failure } from "../../../lib/core/text/failure.ts";
import { commandLineOf } from "../../../lib/io/process/process.ts";
import { until } from "../../../rig/until.ts";
import { plant } from "../../odd_files.ts";
import { authFile, type World, world } from "../world.ts";

const PLAIN: RestoreWish = { withLogins: false, isForced: false };
const LOGINS: RestoreWish = { withLogins: true, isForced: false };
const SETTINGS = "[features]\ndaemon_auto_start = false\n";

/** A user with two sessions and something remembered of each kind. */
function user(): World {
  const made = world();
  openRoot(made.host());
  made.session("a", { "auth.json": authFile("a"), "config.toml": SETTINGS, "history.jsonl": "thread" });
  made.session("b", { "auth.json": authFile("b"), "config.toml": SETTINGS, "config.local.toml": "x = 1\n" });
  made.write('[sessions]\npolicy = "drain"\n', "config.toml");
  made.write('{"paused":["b"]}', "state", "paused.json");
  made.write('{"round_robin_index":3}', "state", "global.json");
  made.write('{"alias":"a"}', "state", "sessions", "a.json");
  made.write("line\n", "state", "history", "2026-11.log");
  made.write("{}", "state", "leases.json");
  made.write("{}", "status.json");
  return made;
}

const create = (made: World, withLogins = false) => createBackup(made.host(), made.layout, withLogins);
const restore = (made: World, name: string, wish = PLAIN) =>
  restoreBackup(made.host(), made.layout, name, wish);

/** Everything below the root but locks and backups, as text by path. */
function tree(made: World, folder = made.layout.root, below = ""): Record<string, string> {
  return Object.assign(
    {},
    ...readdirSync(folder).sort().map((name) => {
      const [path, inside] = [join(folder, name), `${below}${name}`];
      if (["locks", "backups"].includes(inside)) return {};
      const stat = lstatSync(path);
      if (stat.isDirectory()) return tree(made, path, `${inside}/`);
      return { [inside]: stat.isSymbolicLink() ? "link" : readFileSync(path, "utf8") };
    }),
  );
}

/** An auth file of the same account that was renewed later or earlier. */
function renewed(email: string, lastRefresh: string, ttlSec = 864_000): string {
  return JSON.stringify({ ...JSON.parse(authFile(email, { ttlSec })), last_refresh: lastRefresh });
}

describe("a backup", () => {
  it("holds settings and state, as files that can be opened, and no login and no thread", async () => {
    const made = user();
    const { name, folder, manifest } = await create(made);
    expect(manifest.files.map(({ path }) => path).sort()).toEqual([
      "config.toml",
      "sessions/a/config.toml",
      "sessions/b/config.local.toml",
      "sessions/b/config.toml",
      "state/global.json",
      "state/history/2026-11.log",
      "state/paused.json",
      "state/sessions/a.json",
    ]);
    expect(readFileSync(join(folder, "files/state/paused.json"), "utf8")).toBe('{"paused":["b"]}');
    expect(backupsOf(made.layout).map((each) => [each.name, each.problem])).toEqual([[name, undefined]]);
  });

  it("holds logins when asked, everything for its owner alone, whatever the umask", async () => {
    const made = user();
    const before = process.umask(0);
    try {
      const { folder, manifest } = await create(made, true);
      expect(manifest.files.filter(({ path }) => path.endsWith("auth.json"))).toHaveLength(2);
      const modes = (path: string): number[] => {
        const stat = statSync(path);
        const inside = stat.isDirectory() ? readdirSync(path).flatMap((name) => modes(join(path, name))) : [];
        return [stat.mode & 0o077, ...inside];
      };
      expect(new Set([...modes(folder), statSync(made.layout.backups).mode & 0o077])).toEqual(new Set([0]));
    } finally {
      process.umask(before);
    }
  });

  it("leaves out what links lead to, and says so", async () => {
    const made = user();
    const outside = join(dirname(made.layout.root), "outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "config.toml"), "mine");
    symlinkSync(outside, join(made.layout.sessions, "linked"));
    rmSync(made.path("config.toml"));
    symlinkSync(join(outside, "config.toml"), made.path("config.toml"));
    const { manifest, leftOut } = await create(made);
    expect(manifest.files.map(({ path }) => path)).not.toContain("config.toml");
    expect(manifest.files.filter(({ path }) => path.includes("linked"))).toEqual([]);
    expect([...leftOut].sort()).toEqual([made.path("config.toml"), made.path("sessions", "linked")]);
  });

  it("is not made through a link", async () => {
    const made = user();
    const outside = join(dirname(made.layout.root), "outside");
    mkdirSync(outside, { mode: 0o700 });
    symlinkSync(outside, made.layout.backups);
    await expect(create(made)).rejects.toThrow("is a link");
    expect(readdirSync(outside)).toEqual([]);
  });
});

describe("restoring", () => {
  it("puts back what differs, and keeps what was there before", async () => {
    const made = user();
    const { name } = await create(made);
    const then = tree(made);
    made.write('[sessions]\npolicy = "balanced"\n', "config.toml");
    rmSync(made.path("state", "paused.json"));
    made.write("later\n", "state", "sessions", "b.json");
    const now = tree(made);
    const { files, before } = await restore(made, name);
    expect([...files].sort()).toEqual(["config.toml", "state/paused.json"]);
    expect(tree(made)).toEqual({ ...then, "state/sessions/b.json": "later\n" });
    // Back again, but for what was not there.
    await restore(made, before!);
    expect(tree(made)).toEqual({ ...now, "state/paused.json": then["state/paused.json"] });
  });

  it("changes nothing, and makes no backup, when all is as it was", async () => {
    const made = user();
    const { name } = await create(made, true);
    expect(await restore(made, name, LOGINS)).toMatchObject({ files: [], before: undefined });
    expect(backupsOf(made.layout)).toHaveLength(1);
  });

  it("makes a session again that is gone, with its settings, and without a login unless asked", async () => {
    const made = user();
    const { name } = await create(made, true);
    rmSync(join(made.layout.sessions, "b"), { recursive: true });
    expect(await restore(made, name)).toMatchObject({ made: ["b"] });
    expect(readdirSync(join(made.layout.sessions, "b")).sort()).toEqual(["config.local.toml", "config.toml"]);
    expect(statSync(join(made.layout.sessions, "b")).mode & 0o777).toBe(0o700);
    await restore(made, name, LOGINS);
    expect(made.read("sessions", "b", "auth.json")).toBe(authFile("b"));
  });

  it("leaves the made settings of a session that shares alone, and puts back its own", async () => {
    const made = user();
    const { name } = await create(made);
    made.write("{}", "sessions", "b", "shared.json");
    made.write("made = 1\n", "sessions", "b", "config.toml");
    made.write("x = 2\n", "sessions", "b", "config.local.toml");
    expect((await restore(made, name)).files).toEqual(["sessions/b/config.local.toml"]);
  });

  it.each([
    ["a changed file", (folder: string) => writeFileSync(join(folder, "files/config.toml"), "evil")],
    ["a missing file", (folder: string) => rmSync(join(folder, "files/state/global.json"))],
    ["no manifest", (folder: string) => rmSync(join(folder, "manifest.json"))],
    ["half a manifest", (folder: string) => {
      const path = join(folder, "manifest.json");
      writeFileSync(path, readFileSync(path, "utf8").slice(0, 80));
    }],
    ["a file behind a link", (folder: string) => {
      const text = readFileSync(join(folder, "files/config.toml"), "utf8");
      writeFileSync(join(folder, "elsewhere"), text);
      rmSync(join(folder, "files/config.toml"));
      symlinkSync("../elsewhere", join(folder, "files/config.toml"));
    }],
    ["a folder behind a link", (folder: string) => {
      renameSync(join(folder, "files/state"), join(folder, "elsewhere"));
      symlinkSync("../elsewhere", join(folder, "files/state"));
    }],
    // The files are there, so that only their paths are wrong.
    ["a path that leads out", (folder: string) => {
      writeFileSync(join(folder, "out.toml"), readFileSync(join(folder, "files/config.toml")));
      rename(folder, "config.toml", "sessions/../../out.toml");
    }],
    ["a path that no backup keeps", (folder: string) => {
      writeFileSync(join(folder, "files/status.json"), readFileSync(join(folder, "files/config.toml")));
      rename(folder, "config.toml", "status.json");
    }],
  ])("refuses a backup with %s before anything changes", async (_, spoil) => {
    const made = user();
    const { name, folder } = await create(made);
    spoil(folder);
    made.write("now\n", "config.toml");
    const before = tree(made);
    expect(backupsOf(made.layout)[0]!.problem).toBeDefined();
    await expect(restore(made, name)).rejects.toThrow(`Cannot restore backup ${name}`);
    expect(tree(made)).toEqual(before);
    expect(backupsOf(made.layout)).toHaveLength(1);
  });

  function rename(folder: string, path: string, to: string): void {
    const manifest = join(folder, "manifest.json");
    writeFileSync(manifest, readFileSync(manifest, "utf8").replace(`"${path}"`, `"${to}"`));
  }

  it("never writes through a link that took the place of a file, a session or a folder", async () => {
    for (const place of ["config.toml", "sessions/a", "state/history"]) {
      const made = user();
      const { name } = await create(made);
      const outside = join(dirname(made.layout.root), "outside");
      if (place === "config.toml") writeFileSync(outside, "mine");
      else mkdirSync(outside);
      rmSync(made.path(place), { recursive: true });
      symlinkSync(outside, made.path(place));
      const before = tree(made);
      await expect(restore(made, name)).rejects.toThrow("a link leads there");
      expect(tree(made)).toEqual(before);
      expect(place === "config.toml" ? readFileSync(outside, "utf8") : readdirSync(outside)).toEqual(
        place === "config.toml" ? "mine" : [],
      );
    }
  });

  it("is finished by the next call when it was cut short, whatever was done", async () => {
    const made = user();
    const { name } = await create(made);
    const then = tree(made);
    made.write("now\n", "config.toml");
    made.write("now", "state", "global.json");
    const before = await create(made);
    const restoring = { backup: name, before: before.name, withLogins: false, isForced: false };
    made.write(renderRestoring(restoring), "state", "restoring.json");
    made.write(then["config.toml"]!, "config.toml");
    expect(await finishRestore(made.host(), made.layout)).toMatchObject({ files: ["state/global.json"] });
    expect(tree(made)).toEqual(then);
    expect(await finishRestore(made.host(), made.layout)).toBeUndefined();
  });
});

describe("restoring a login", () => {
  const replaced = (made: World) => made.read("sessions", "a", "auth.json");

  it("does not happen unasked", async () => {
    const made = user();
    const { name } = await create(made, true);
    made.write(authFile("other"), "sessions", "a", "auth.json");
    expect(await restore(made, name)).toMatchObject({ files: [] });
    expect(replaced(made)).toBe(authFile("other"));
  });

  it.each([
    ["was renewed since", "renewed since", renewed("a", "2026-11-20T11:30:00Z")],
    ["has a later token", "renewed since", renewed("a", "2026-11-20T11:00:00Z", 900_000)],
    ["is another account's", "the login of another account", authFile("other")],
    ["can't be compared", "neither says", JSON.stringify({ ...JSON.parse(authFile("a")), more: 1 })],
  ])("is refused while the one in use %s, and nothing changes", async (_, reason, present) => {
    const made = user();
    const { name } = await create(made, true);
    made.write(present, "sessions", "a", "auth.json");
    made.write("now\n", "config.toml");
    const before = tree(made);
    await expect(restore(made, name, LOGINS)).rejects.toThrow(reason);
    expect(tree(made)).toEqual(before);
    const { before: kept } = await restore(made, name, { withLogins: true, isForced: true });
    expect(replaced(made)).toBe(authFile("a"));
    // What was there is kept, too.
    expect(readFileSync(join(made.layout.backups, kept!, "files/sessions/a/auth.json"), "utf8")).toBe(
      present,
    );
  });

  it.each([
    ["another session", (made: World, text: string) => made.write(text, "sessions", "c", "auth.json")],
    ["the trash", (made: World, text: string) => made.write(text, "trash", "a-1", "home", "auth.json")],
    ["the user's own home", (made: World, text: string) => {
      const home = join(dirname(made.layout.root), ".codex");
      mkdirSync(home);
      writeFileSync(join(home, "auth.json"), text);
    }],
  ])("is refused when %s holds a later one of its account", async (_, put) => {
    const made = user();
    const { name } = await create(made, true);
    rmSync(join(made.layout.sessions, "a", "auth.json"));
    put(made, renewed("a", "2026-11-20T11:30:00Z"));
    await expect(restore(made, name, LOGINS)).rejects.toThrow("renewed since");
    expect(existsSync(join(made.layout.sessions, "a", "auth.json"))).toBe(false);
  });

  it("is refused when a newer backup holds a later one of its account", async () => {
    const made = user();
    const { name } = await create(made, true);
    made.write(renewed("a", "2026-11-20T11:30:00Z"), "sessions", "a", "auth.json");
    await create(made, true);
    rmSync(join(made.layout.sessions, "a", "auth.json"));
    await expect(restore(made, name, LOGINS)).rejects.toThrow("renewed since");
  });

  it("happens where the login in use is an older one, or gone", async () => {
    const made = user();
    const { name } = await create(made, true);
    made.write(renewed("a", "2026-11-20T09:00:00Z", 600_000), "sessions", "a", "auth.json");
    rmSync(join(made.layout.sessions, "b", "auth.json"));
    expect((await restore(made, name, LOGINS)).files).toEqual([
      "sessions/a/auth.json",
      "sessions/b/auth.json",
    ]);
    expect(replaced(made)).toBe(authFile("a"));
    expect(statSync(join(made.layout.sessions, "b", "auth.json")).mode & 0o777).toBe(0o600);
  });

  it("is left out when the account was renewed between a kill and the call that finishes", async () => {
    const made = user();
    const { name } = await create(made, true);
    made.write(renewed("a", "2026-11-20T11:30:00Z"), "sessions", "a", "auth.json");
    made.write("now\n", "config.toml");
    const restoring = { backup: name, before: name, withLogins: true, isForced: false };
    made.write(renderRestoring(restoring), "state", "restoring.json");
    expect(await finishRestore(made.host(), made.layout)).toMatchObject({
      files: ["config.toml"],
      refused: [{ alias: "a", reason: "renewed since" }],
    });
    expect(replaced(made)).toBe(renewed("a", "2026-11-20T11:30:00Z"));
  });

  it("is refused while a Codex has the session open, also with --force", async () => {
    const made = user();
    const { name } = await create(made, true);
    made.write(renewed("a", "2026-11-20T09:00:00Z", 600_000), "sessions", "a", "auth.json");
    const script = join(made.bin, "codex-kept");
    writeFileSync(script, "#!/bin/sh\nread -r _\n");
    const child = spawn("/bin/sh", [script], {
      stdio: ["pipe", "ignore", "ignore"],
      env: { CODEX_HOME: join(made.layout.sessions, "a") },
    });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    await until(() => commandLineOf(child.pid!).includes(script), "the program called codex runs");
    const forced = { withLogins: true, isForced: true };
    await expect(restore(made, name, forced)).rejects.toThrow("a Codex has the session open");
    child.stdin.end();
    await ended;
    await restore(made, name, forced);
    expect(replaced(made)).toBe(authFile("a"));
  });

  it("needs a backup with logins", async () => {
    const made = user();
    const { name } = await create(made);
    await expect(restore(made, name, LOGINS)).rejects.toThrow("holds none");
  });
});

describe("where a file should be", () => {
  const ENTRY = "20261120T120000Z-0000";
  it.each((["named pipe", "device", "huge"] as const).flatMap((kind) =>
    [
      "backups",
      `backups/${ENTRY}`,
      `backups/${ENTRY}/manifest.json`,
      "state/restoring.json",
      "state/global.json",
      "sessions/a/auth.json",
    ].map((path) => [kind, path] as const)
  ))("a %s hangs nothing and is named or left out: %s", async (kind, path) => {
    const made = user();
    const { folder } = await create(made);
    renameSync(folder, join(made.layout.backups, ENTRY));
    plant(kind, made.path(path));
    const tries = [
      () => create(made, true),
      () => restore(made, ENTRY, LOGINS),
      () => finishRestore(made.host(), made.layout),
      () => new Promise((resolve) => resolve(backupsOf(made.layout))),
    ];
    for (const attempt of tries) {
      const result = await attempt().then(() => undefined, (error: unknown) => error);
      if (result !== undefined) expect(result).toBeInstanceOf(Failure);
    }
  });
});

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ORDINARY } from "../../../../rig/backend/account.ts";
import { authFileText, mintTokens } from "../../../../rig/backend/token.ts";
import { AUTH_VARIANTS } from "../../../verdicts/auth_files.ts";
import { poolWorld } from "../pool_world.ts";

const WORKER = ["--worker", "w", "--base", "b"];
const GOOD = JSON.parse(authFileText(mintTokens("a", ORDINARY, 864_000, "f"), "a", "http://127.0.0.1:9"));

describe("pick-auth", () => {
  test.each(AUTH_VARIANTS)("meets $name: $problem", async ({ make, problem, file = "a" }) => {
    const pool = poolWorld();
    const path = join(pool.team, file);
    writeFileSync(path, make(GOOD));
    const named = `⚠️ passed over: ${path}: ${problem}\n`;
    const alone = await pool.cap("pick-auth", ...WORKER);
    expect(alone).toEqual(
      problem === undefined
        ? { code: 0, out: `${path}\n`, err: "" }
        : { code: 1, out: "", err: `${named}❌ no auth file under ${pool.team} can be used\n` },
    );
    if (problem === undefined) return;
    const other = pool.auth("z");
    for (const words of [["pick-auth", ...WORKER], ["auth-current"]]) {
      expect(await pool.cap(...words)).toEqual({ code: 0, out: `${other}\n`, err: named });
    }
  });
});

describe("a backup, by its name,", () => {
  const BACKUPS = [
    "a.json.bak",
    "a.json.bak2",
    "a.json.backup",
    "a.json.bak-2026-11-30",
    "a.json.bak.20261130T101500Z",
    "a.json.old",
    "a.json.orig",
    "a.json~",
    "#a.json#",
    ".a.json.swp",
    "a.backup.json",
    "a-bak2.json",
    "a.json.swo",
    "a.json.rej",
    "a.json.dpkg-old",
    "a.json.previous",
    "a.json.disabled",
    "a.json.part",
    "a - Copy.json",
    "a - Copy (2).json",
    "a copy.json",
    "a copy 2.json",
    "a (copy).json",
    "a_copy.json",
    "Copy of a.json",
    "a (conflicted copy 2026-11-30).json",
    "a.sync-conflict-20261130-101500-ABCDEFG.json",
  ];
  const OWN = [
    "bak",
    "backup.json",
    "old.json",
    "bob.json",
    "a (1).json",
    "a.json",
    "rollback.json",
    "feedbak.json",
    "a.2",
    "copy.json",
    "photocopy.json",
    "a.copyright.json",
    "a.party.json",
    "conflict.json",
  ];

  test.each(BACKUPS)("as %s, serves only where nothing else can be used", async (name) => {
    const pool = poolWorld();
    const backup = pool.auth(name);
    const other = pool.auth("z.json");
    const said = `⚠️ passed over: ${backup}: it is a backup, by its name\n`;
    for (const strategy of ["balanced", "limits", "team_cycle"]) {
      pool.env.CAP_AUTH_STRATEGY = strategy;
      for (let n = 0; n < 3; n++) {
        const { code, out, err } = await pool.cap("pick-auth", ...WORKER);
        expect([strategy, code, out]).toEqual([strategy, 0, `${other}\n`]);
        if (n === 0) expect(err).toBe(said);
      }
    }
    pool.env.CAP_AUTH_STRATEGY = "balanced";
    pool.write(other, "");
    const last = await pool.cap("pick-auth", ...WORKER);
    expect(last).toEqual({
      code: 0,
      out: `${backup}\n`,
      err: `⚠️ passed over: ${other}: it is empty\n`,
    });
  });

  test.each(OWN)("is not %s", async (name) => {
    const pool = poolWorld();
    const own = pool.auth(name);
    pool.auth("z.json");
    expect(await pool.cap("pick-auth", ...WORKER)).toEqual({ code: 0, out: `${own}\n`, err: "" });
  });

  test("is none where all are called so, and does not take every start once it is called otherwise", async () => {
    const pool = poolWorld();
    pool.auth("a.bak");
    pool.auth("b.bak");
    const picked = [];
    for (let n = 0; n < 4; n++) picked.push(await pool.pickAuth());
    expect(picked.sort()).toEqual(["a.bak", "a.bak", "b.bak", "b.bak"]);
  });
});

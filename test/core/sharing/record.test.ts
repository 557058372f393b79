import { defaultConfig } from "../../../lib/core/config/config.ts";
import { describe, expect, it } from "vitest";
import { withSettings } from "../../../lib/core/sharing/local_text.ts";
import { plainTable, tableFrom } from "../../../lib/core/sharing/layers.ts";
import { baseOf, isUnchanged, madeText, wasMade } from "../../../lib/core/sharing/made_text.ts";
import { NEW_RECORD, parseRecord, renderRecord, type ShareRecord } from "../../../lib/core/sharing/record.ts";
import { checkSharedNames } from "../../../lib/core/sharing/shared_names.ts";
import { parseToml, renderToml } from "../../../lib/io/formats.ts";

describe("the record of sharing", () => {
  it("is read as it was written", () => {
    const record: ShareRecord = {
      ...NEW_RECORD,
      stage: "done",
      from: "/home/me/.codex",
      links: new Map([["skills/a", "/home/me/.codex/skills/a"], ["__proto__", "x"]]),
      before: { link: "../c" },
      made: ["one", "two"],
      removed: [["mcp_servers", "a.b"]],
      prints: "p",
      leftOut: ["history"],
    };
    expect(parseRecord(renderRecord(record))).toEqual(record);
  });

  it.each(["", "[]", "{}", '{"from":"/x","stage":"odd"}', '{"stage":"done"}'])("refuses %s", (text) => {
    expect(() => parseRecord(text)).toThrow();
  });
});

describe("a made text", () => {
  const made = madeText('model = "a"\n', "/x\ny");

  it("is known again, and every change of its settings is seen", () => {
    expect(parseToml(made, "config.toml")).toEqual({ model: "a" });
    expect([isUnchanged(made), wasMade(made)]).toEqual([true, true]);
    expect([isUnchanged(`${made}b = 1\n`), wasMade(`${made}b = 1\n`)]).toEqual([false, true]);
    expect([isUnchanged('model = "a"\n'), wasMade('model = "a"\n')]).toEqual([false, false]);
  });

  it("finds what it began as, though another was made since", () => {
    const next = madeText('model = "b"\n', "/x");
    expect(baseOf(`${made}x = 1\n`, [made, next])).toBe(made);
    expect(baseOf("x = 1\n", [made, next])).toBe(next);
    expect(baseOf("x = 1\n", [])).toBeUndefined();
  });
});

describe("a session's own settings", () => {
  const toml = {
    parse: (text: string) => tableFrom(parseToml(text, "config.local.toml")),
    render: (table: ReturnType<typeof tableFrom>) => renderToml(plainTable(table)),
  };
  const put = (text: string, set: object, all: object, removed: string[][] = []) =>
    withSettings(text, { set: tableFrom(set), removed }, tableFrom(all), toml);

  it("keep their lines and comments when something is added", () => {
    const added = put("# mine\na = 1\n[t]\nx = 1 # why\n", { b: 2n, u: { y: 1n } }, {
      a: 1n,
      t: { x: 1n },
      b: 2n,
      u: { y: 1n },
    });
    expect(added).toBe("b = 2\n\n# mine\na = 1\n[t]\nx = 1 # why\n\n[u]\ny = 1\n");
  });

  it("are written anew when something that stands there changes or goes", () => {
    expect(put("# mine\na = 1\n", { a: 2 }, { a: 2n })).toBe("a = 2\n");
    expect(put("a = 1\nb = 2\n", {}, { b: 2n }, [["a"]])).toBe("b = 2\n");
  });
});

describe("the shared names", () => {
  it("are words, skills and rules, never logins, settings or threads", () => {
    expect(() => checkSharedNames([...defaultConfig().sessions.share, "AGENTS.override.md", "agents"])).not
      .toThrow();
    for (
      const name of ["", ".", "..", "a/b", "/etc", "AUTH.json", "config.toml", "work.config.toml", "sessions"]
        .concat(
          "archived_sessions",
          "state_5.sqlite-wal",
          "history.jsonl",
          ".credentials.json",
          "auth.json.lock",
        )
    ) {
      expect(() => checkSharedNames([name]), name).toThrow(`Cannot share ${JSON.stringify(name)}`);
    }
  });
});

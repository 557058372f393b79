import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Entry, NONE } from "../../../lib/core/skill/entry.ts";
import { digestOf, piecesOf } from "../../../lib/core/skill/piece.ts";
import { backupOf, planInstall, planRemoval, type Step } from "../../../lib/core/skill/plan.ts";
import { type InstallRecord, parseRecord, renderRecord } from "../../../lib/core/skill/record.ts";
import { SKILLS } from "../../../lib/core/skill/skill.ts";

/** A folder, as a value that steps are carried out on. */
class Folder {
  readonly entries = new Map<string, Entry>();
  record: string | undefined;

  constructor(entries: Readonly<Record<string, Entry>> = {}) {
    for (const [path, entry] of Object.entries(entries)) this.entries.set(path, entry);
  }

  get seen() {
    return {
      record: this.record === undefined ? undefined : parseRecord(this.record, "install.json"),
      at: (path: string) => this.entries.get(path) ?? NONE,
    };
  }

  carryOut(step: Step): void {
    switch (step.do) {
      case "note":
        this.record = renderRecord(step.record);
        break;
      case "forget":
        this.record = undefined;
        break;
      case "back up":
        this.entries.set(step.as, this.entries.get(step.path)!);
        break;
      case "put":
        this.entries.set(step.piece.path, step.piece.want);
        break;
      case "take away":
        this.entries.delete(step.path);
        break;
      case "bring back":
        this.entries.set(step.path, this.entries.get(step.from)!);
        this.entries.delete(step.from);
        break;
    }
  }

  /** Carries out a plan, or the first steps of it. */
  do(steps: readonly Step[], most = steps.length): this {
    for (const step of steps.slice(0, most)) this.carryOut(step);
    return this;
  }

  install(
    version: string,
    how: "copy" | "link" = "copy",
    form: "compiled" | "script" = "compiled",
    most?: number,
  ) {
    return this.do(planInstall(this.seen, pieces(version, how, form), version), most);
  }

  remove(most?: number) {
    return this.do(planRemoval(this.seen), most);
  }

  /** What is there, but for what we keep. */
  get content(): Record<string, Entry> {
    return Object.fromEntries([...this.entries].filter(([path]) => !path.startsWith(".agentlb/")).sort());
  }

  get kept(): string[] {
    return [...this.entries.keys()].filter((path) => path.startsWith(".agentlb/")).sort();
  }
}

function pieces(version: string, how: "copy" | "link", form: "compiled" | "script") {
  return piecesOf(SKILLS.cap, { form, path: `/opt/${version}/agentlb`, sha256: digestOf(version) }, how);
}

function file(text: string, mode = 0o644): Entry {
  return { kind: "file", sha256: digestOf(text), mode };
}

const OLD = {
  "SKILL.md": file("the old page", 0o600),
  "scripts/cap": file("#!/bin/bash\nexec python3 cap.py", 0o775),
  "scripts/cap.py": file("print()"),
  "scripts/cap_config.yaml": file("sources: ~/.codex"),
  "share/state.json": file("{}"),
};

describe("an install", () => {
  test("notes first, then keeps, then changes, and ends with all in place", () => {
    const folder = new Folder(OLD);
    const steps = planInstall(folder.seen, pieces("1", "copy", "compiled"), "1");
    expect(steps.map((step) => step.do)).toEqual(["note", "back up", "back up", "put", "keep", "put", "put"]);
    folder.do(steps);
    for (const { path, want, isUsers } of pieces("1", "copy", "compiled")) {
      expect(folder.content[path], path).toEqual(isUsers ? OLD["scripts/cap_config.yaml"] : want);
    }
    expect(folder.content).toMatchObject({
      "scripts/cap.py": OLD["scripts/cap.py"],
      "share/state.json": file("{}"),
    });
    expect(folder.kept).toEqual([".agentlb/SKILL.md.before", ".agentlb/cap.before"]);
  });

  test("a second time finds nothing to do but the note", () => {
    const folder = new Folder(OLD).install("1");
    expect(planInstall(folder.seen, pieces("1", "copy", "compiled"), "1").map((step) => step.do)).toEqual([
      "note",
      "keep",
    ]);
  });

  test("mends a mode that somebody changed", () => {
    const folder = new Folder().install("1");
    folder.entries.set("scripts/cap", { ...folder.content["scripts/cap"], mode: 0o600 } as Entry);
    expect(folder.install("1").content["scripts/cap"]).toMatchObject({ mode: 0o755 });
    expect(folder.kept).toEqual([]);
  });

  test("of a newer program keeps the first backup, and a copy of what the user changed", () => {
    const folder = new Folder(OLD).install("1");
    folder.entries.set("SKILL.md", file("my own page"));
    folder.install("2").install("2");
    expect(folder.entries.get(backupOf("SKILL.md"))).toEqual(OLD["SKILL.md"]);
    const changed = folder.kept.filter((path) => path.includes(".changed-"));
    expect(changed.map((path) => folder.entries.get(path))).toEqual([file("my own page")]);
    expect(folder.content["scripts/cap.bin"]).toMatchObject({ sha256: digestOf("2") });
    expect(folder.remove().content).toEqual(OLD);
  });

  test("of a script takes a compiled program that would be found first away, and gives it back", () => {
    const old = { ...OLD, "scripts/cap.bin": file("somebody's", 0o755) };
    const folder = new Folder(old).install("1", "copy", "script");
    expect(folder.content).not.toHaveProperty(["scripts/cap.bin"]);
    expect(folder.content).toMatchObject({ "scripts/cap.js": { mode: 0o755 } });
    expect(folder.remove().content).toEqual(old);
  });

  test("replaces a link, not what it leads to", () => {
    const old = { ...OLD, "scripts/cap": { kind: "link", target: "/repo/cap" } as const };
    const folder = new Folder(old).install("1");
    expect(folder.content["scripts/cap"]).toMatchObject({ kind: "file" });
    expect(folder.remove().content).toEqual(old);
  });

  test("stops at what is neither file nor link, and has not begun", () => {
    const folder = new Folder({ ...OLD, "scripts/cap": { kind: "other" } });
    expect(() => folder.install("1")).toThrow("Cannot replace scripts/cap of the skill");
    expect(folder.record).toBeUndefined();
  });

  test("puts the program before the shim that looks for it", () => {
    for (const form of ["compiled", "script"] as const) {
      const paths = pieces("1", "copy", form).map(({ path }) => path);
      const program = form === "compiled" ? "scripts/cap.bin" : "scripts/cap.js";
      expect(paths.indexOf(program)).toBeLessThan(paths.indexOf("scripts/cap"));
    }
  });
});

describe("a removal", () => {
  test("leaves nothing of a skill that was not there before", () => {
    const folder = new Folder().install("1").install("2", "link").remove();
    expect([...folder.entries]).toEqual([]);
    expect(folder.record).toBeUndefined();
  });

  test("leaves what the user changed, names it, and where the original is", () => {
    const folder = new Folder(OLD).install("1");
    folder.entries.set("scripts/cap", file("mine"));
    const steps = planRemoval(folder.seen);
    expect(steps).toContainEqual({ do: "leave", path: "scripts/cap", before: ".agentlb/cap.before" });
    folder.do(steps);
    expect(folder.content).toEqual({ ...OLD, "scripts/cap": file("mine") });
    expect(folder.entries.get(backupOf("scripts/cap"))).toEqual(OLD["scripts/cap"]);
    folder.entries.delete("scripts/cap");
    expect(folder.remove().content).toEqual(OLD);
    expect(folder.kept).toEqual([]);
  });

  test("gives up what the user changed where nothing was before", () => {
    const folder = new Folder().install("1");
    folder.entries.set("scripts/cap_config.yaml", file("sources: ~/mine"));
    expect(folder.remove().content).toEqual({ "scripts/cap_config.yaml": file("sources: ~/mine") });
    expect(folder.record).toBeUndefined();
  });

  test("gives callers what they had before it takes the program away", () => {
    const steps = planRemoval(new Folder(OLD).install("1").seen);
    const at = (path: string) => steps.findIndex((step) => "path" in step && step.path === path);
    expect(at("scripts/cap")).toBeLessThan(at("scripts/cap.bin"));
  });

  test("without an install finds nothing", () => {
    expect(planRemoval(new Folder(OLD).seen)).toEqual([]);
  });
});

describe("cut short anywhere, by anything,", () => {
  const entry = fc.oneof(
    fc.constant(NONE),
    fc.record({ text: fc.constantFrom("a", "b", "1", "2"), mode: fc.constantFrom(0o644, 0o600, 0o755) })
      .map(({ text, mode }) => file(text, mode)),
    fc.constant<Entry>({ kind: "link", target: "/elsewhere" }),
    // What an install is about to put there may be there already.
    fc.constantFrom(...pieces("1", "copy", "compiled").map(({ want }) => want)),
  );
  const PATHS = ["SKILL.md", "scripts/cap", "scripts/cap.bin", "scripts/cap.js", "scripts/package.json"];
  const begun = fc.record(Object.fromEntries(PATHS.map((path) => [path, entry]))).map((entries) =>
    Object.fromEntries(Object.entries(entries).filter(([, each]) => each.kind !== "none"))
  );
  const act = fc.record({
    version: fc.constantFrom("1", "2"),
    how: fc.constantFrom("copy" as const, "link" as const),
    form: fc.constantFrom("compiled" as const, "script" as const),
    isRemoval: fc.boolean(),
    most: fc.nat({ max: 12 }),
  });

  test("an install is finished by the next, and a removal gives every byte and mode back", () => {
    fc.assert(
      fc.property(begun, fc.array(act, { maxLength: 6 }), act, (before, acts, last) => {
        const folder = new Folder(before);
        for (const { version, how, form, isRemoval, most } of acts) {
          if (isRemoval) folder.remove(most);
          else folder.install(version, how, form, most);
          // Whatever has just happened: nothing that was there before is lost.
          for (const [path, entry] of Object.entries(before)) {
            expect([folder.entries.get(path), folder.entries.get(backupOf(path))]).toContainEqual(entry);
          }
        }
        folder.install(last.version, last.how, last.form);
        for (const { path, want, isUsers } of pieces(last.version, last.how, last.form)) {
          if (!isUsers) expect(folder.entries.get(path) ?? NONE).toEqual(want);
        }
        folder.remove();
        expect(folder.content).toEqual(before);
        expect([folder.record, folder.kept]).toEqual([undefined, []]);
      }),
      { numRuns: 600 },
    );
  });

  test("a folder that somebody else changes meanwhile never loses what was there first", () => {
    const meddling = fc.record({ path: fc.constantFrom(...PATHS), text: fc.constantFrom("x", "y") });
    fc.assert(
      fc.property(begun, fc.array(fc.tuple(act, fc.option(meddling)), { maxLength: 6 }), (before, acts) => {
        const folder = new Folder(before);
        const written = new Set<string>();
        for (const [{ version, how, form, isRemoval, most }, change] of acts) {
          if (isRemoval) folder.remove(most);
          else folder.install(version, how, form, most);
          const all = [...folder.entries.values()];
          for (const text of written) {
            expect(all.some((each) => each.kind === "file" && each.sha256 === digestOf(text))).toBe(true);
          }
          // Only what was replaced has a second name; the rest is the meddler's own to lose.
          if (change === null || folder.seen.at(backupOf(change.path)).kind === "none") continue;
          folder.entries.set(change.path, file(change.text));
          written.clear();
          written.add(change.text);
          expect(folder.entries.get(backupOf(change.path))).toEqual(before[change.path]);
        }
      }),
      { numRuns: 400 },
    );
  });
});

test("the record is read as it was written, and nothing else is", () => {
  const record: InstallRecord = {
    version: "1.0.0",
    traces: [{ path: "scripts/cap", before: { kind: "link", target: "x" }, ours: [file("a", 0o755), NONE] }],
  };
  expect(parseRecord(renderRecord(record), "p")).toEqual(record);
  for (
    const text of [
      "",
      "{}",
      "[]",
      "null",
      renderRecord(record).replace("scripts/cap", "../../etc/passwd"),
      "{",
    ]
  ) {
    expect(() => parseRecord(text, "/s/install.json"), text).toThrow("Cannot read /s/install.json");
  }
});

import { describe, expect, it } from "vitest";
import { type Around, find } from "../../../lib/core/thread/find.ts";
import type { Thread } from "../../../lib/core/thread/thread.ts";

let count = 0;
const thread = (more: Partial<Thread>): Thread => ({
  id: `01a22d35-83bd-7b42-9904-${String(++count).padStart(12, "0")}`,
  name: undefined,
  alias: "a",
  home: `/homes/${more.alias ?? "a"}`,
  alsoIn: [],
  rollout: `/homes/${count}`,
  cwd: "/work",
  workspace: "a",
  user: "a",
  source: "cli",
  firstWords: "",
  begunAt: 0,
  lastAt: 0,
  isOpen: false,
  isArchived: false,
  lastTurn: undefined,
  limitUntil: undefined,
  turns: 1,
  ...more,
});
const around = (more: Partial<Around> = {}): Around => ({
  folder: "/work",
  realFolder: (path) => path === "/link" ? "/work" : path,
  isForeign: ({ alias, workspace }) => alias !== workspace,
  ...more,
});
const LAST = { by: "last", isAnywhere: false, isAnyKind: false } as const;
const word = (text: string) => ({ by: "word", word: text }) as const;

describe("the last thread", () => {
  it("is the first of the list that fits, also through a link to this folder", () => {
    const fitting = thread({ cwd: "/link" });
    const others = [
      thread({ cwd: "/elsewhere" }),
      thread({ isArchived: true }),
      thread({ source: "exec" }),
      thread({ alias: undefined }),
      thread({ workspace: "another" }),
    ];
    expect(find([...others, fitting, thread({})], LAST, around())).toEqual({ thread: fitting });
  });

  it("is, among some sessions, one that they have, if only by a link", () => {
    const [theirs, shared] = [thread({}), thread({ alias: "c", workspace: "c", alsoIn: ["b"] })];
    const among = new Set(["b"]);
    expect(find([theirs, shared], LAST, around({ among }))).toEqual({ thread: shared });
    expect(find([theirs], LAST, around({ among }))).toMatchObject({ problem: "none" });
  });

  it("is never that of the user's own Codex, which is named instead", () => {
    const own = thread({ alias: undefined });
    expect(find([own], LAST, around())).toEqual({ problem: "none", isAnywhere: false, own });
  });
});

describe("a thread by a word", () => {
  it("is the one with that id, before one of that name, before one whose id begins so", () => {
    const named = thread({});
    const [one, two] = [thread({ name: named.id }), thread({ name: "01a2" })];
    const all = [one, two, named];
    expect(find(all, word(named.id.toUpperCase()), around())).toEqual({ thread: named });
    expect(find(all, word("01a2"), around())).toEqual({ thread: two });
    expect(find(all, word("01a22d"), around())).toMatchObject({ problem: "ambiguous", threads: all });
    expect(find([named], word("01a"), around())).toEqual({ problem: "unknown", word: "01a" });
  });

  it("is the one of the account that began it, not a copy; without knowing that, each is named", () => {
    const original = thread({});
    const copy = { ...original, alias: "b", home: "/homes/b" };
    expect(find([copy, original], word(original.id), around())).toEqual({ thread: original });
    const known = around({ isForeign: () => false });
    expect(find([copy, original], word(original.id), known)).toMatchObject({ problem: "ambiguous" });
    const among = new Set(["b"]);
    expect(find([copy, original], word(original.id), { ...known, among })).toEqual({ thread: copy });
  });

  it("is one that is not archived, if there is such a one", () => {
    const [archived, live] = [thread({ name: "x", isArchived: true }), thread({ name: "x" })];
    expect(find([archived, live], word("x"), around())).toEqual({ thread: live });
    expect(find([archived], word("x"), around())).toEqual({ problem: "archived", thread: archived });
  });
});

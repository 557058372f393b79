import { expect, it } from "vitest";
import { type Binding, bindingFor, parseBindings, renderBindings } from "../../../lib/core/thread/binding.ts";
import { parseIndex, renderIndex } from "../../../lib/core/thread/index_file.ts";
import { shortIds, stateOf, threadWords } from "../../../lib/core/thread/words.ts";

it("a short id is the shortest beginning that no other thread shares, of one length for all", () => {
  const ids = ["01a22d35-83bd-7b42", "01a22d35-84bd-7b42", "02000000-0000-7000"];
  expect(ids.map(shortIds(ids))).toEqual(["01a22d35-83", "01a22d35-84", "02000000-00"]);
  expect(shortIds(["01a22d35-83bd"])("01a22d35-83bd")).toBe("01a22d35");
  expect(shortIds([...ids, ids[0]!])(ids[0]!)).toBe("01a22d35-83");
});

it("a thread in a sentence has its name if it has one, safe to print", () => {
  const id = "01a22d35-83bd-7b42-9904-7b0266a0ff1d";
  expect(threadWords({ id, name: undefined })).toBe("thread 01a22d35-83bd…");
  expect(threadWords({ id, name: "a\x1b[31m" })).toBe('thread "a\\u{1b}[31m" (01a22d35-83bd…)');
});

it("a thread is open, or as its last turn ended; one without an end was interrupted", () => {
  const state = (isOpen: boolean, end?: "running" | "completed" | "limit" | "login" | "other") =>
    stateOf({ isOpen, lastTurn: end && { at: 0, end } });
  expect(state(true, "running")).toBe("open");
  expect([state(false, "running"), state(false, "other")]).toEqual(["interrupted", "interrupted"]);
  expect([state(false, "completed"), state(false)]).toEqual(["done", "unknown"]);
  expect([state(false, "limit"), state(false, "login")]).toEqual(["limit", "login"]);
});

it("an index reads back as it was written; another version is refused, a row that is not understood left out", () => {
  const facts = {
    id: "x",
    cwd: "/a\nb",
    workspace: undefined,
    user: "u",
    source: "cli",
    firstWords: "é \u2028",
    begunAt: 1,
    lastAt: 2.5,
    lastTurn: { at: 3, end: "limit" as const },
    limitUntil: 4,
  };
  const entry = { size: 1, mtimeMs: 2.25, ino: 3, marks: { starts: 1, messages: 2 }, isCounted: true };
  const index = new Map([["/one", { ...entry, facts }], ["/two", { ...entry, facts: undefined }]]);
  const text = renderIndex(index);
  expect(parseIndex(text)).toEqual(index);
  expect([...parseIndex(text.replace('"/two",1', '"/two",null')).keys()]).toEqual(["/one"]);
  expect(parseIndex(text.replace('"limit"', '"else"')).get("/one")?.facts?.lastTurn).toBeUndefined();
  for (const broken of [text.replace('"v":1', '"v":0'), "[]", "{}"]) {
    expect(() => parseIndex(broken)).toThrow();
  }
});

it("the nearest folder above is the binding, config.toml before the command for the same folder", () => {
  const of = (folder: string, isInConfig = false): Binding => ({ folder, aliases: ["a"], isInConfig });
  const all = [of("/a"), of("/a", true), of("/a/b"), of("/")];
  expect(bindingFor(all, "/a/b/c")).toBe(all[2]);
  expect(bindingFor(all, "/a/b")).toBe(all[2]);
  expect(bindingFor(all, "/a/bc")).toBe(all[1]);
  expect(bindingFor(all, "/x")).toBe(all[3]);
  expect(bindingFor(all.slice(0, 3), "/ab")).toBeUndefined();
});

it("the file of bindings reads back as it was written", () => {
  const folders = new Map([["/b", ["x", "y"]], ["/a", ["z"]]]);
  expect(parseBindings(renderBindings(folders))).toEqual(folders);
  expect(() => parseBindings("[]")).toThrow();
  for (const broken of ['{"folders":{"/a":"x"}}', '{"folders":{"/a":[3]}}', '{"folders":[]}', "{"]) {
    expect(() => parseBindings(broken)).toThrow();
  }
});

it("an index with a number that JSON cannot hold leaves its entry out", () => {
  const text = '{"v":1,"rollouts":[["/p",1,2,3,4,1e999,false,null],["/q",1,2,3,4,5,false,null]]}';
  expect([...parseIndex(text).keys()]).toEqual(["/q"]);
});

import { describe, expect, it } from "vitest";
import { folderIn, requestIn, wordsFor } from "../../../lib/core/thread/request.ts";

const wanted = (line: string) => requestIn(line.split(" "))?.wanted;
const rewritten = (line: string) => {
  const words = line.split(" ");
  return wordsFor(words, requestIn(words)!, "ID").join(" ");
};

describe("the thread that a Codex command line asks for", () => {
  it.each([
    "resume abc",
    "fork abc",
    "exec resume abc",
    "exec fork abc",
    "e resume abc",
    "resume abc go on",
    "exec resume abc -",
    "-m gpt resume abc",
    "-mgpt resume abc",
    "-m=gpt resume abc",
    "--model=gpt resume abc",
    "-c model=x exec -c a=b resume -c d=e abc",
    "-C dir resume abc",
    "--cd dir exec --skip-git-repo-check resume abc",
    "exec resume --skip-git-repo-check -o out.txt abc",
    "exec --output-schema s.json --color never resume --json abc",
    "-p work -s read-only -a never --add-dir d --enable x --disable y resume abc",
    "--local-provider ollama --oss resume --search abc",
    "--image=a.png resume abc",
    "-ia.png resume abc",
    "-i a.png b.png -m gpt resume abc",
    "exec resume -i a.png abc",
    "exec a-prompt! resume abc",
    "resume -- abc",
    "--future value resume abc",
    "--future exec resume abc",
    "resume --future abc",
  ])("is a word: %s", (line) => {
    expect(wanted(line)).toEqual({ by: "word", word: "abc" });
    expect(rewritten(line)).toBe(line.replace("abc", "ID"));
  });

  it.each([
    ["resume --last", { isAnywhere: false, isAnyKind: false }, "resume ID"],
    ["fork --last --all", { isAnywhere: true, isAnyKind: false }, "fork ID --all"],
    [
      "resume --include-non-interactive --last",
      { isAnywhere: false, isAnyKind: true },
      "resume ID --include-non-interactive",
    ],
    ["exec resume --last", { isAnywhere: false, isAnyKind: true }, "exec resume ID"],
    ["exec resume --last go", { isAnywhere: false, isAnyKind: true }, "exec resume ID go"],
    [
      "exec -m x resume --json --last -i a.png go",
      { isAnywhere: false, isAnyKind: true },
      "exec -m x resume ID --json -i a.png go",
    ],
    ["exec resume --last -- --last", { isAnywhere: false, isAnyKind: true }, "exec resume ID -- --last"],
  ])("is the last one: %s", (line, which, words) => {
    expect(wanted(line)).toEqual({ by: "last", ...which });
    expect(rewritten(line)).toBe(words);
  });

  it.each(["resume", "fork", "resume --all", "exec resume", "resume -m gpt"])(
    "is left to a menu: %s",
    (line) => {
      expect(requestIn(line.split(" "))).toMatchObject({ wanted: undefined });
    },
  );

  it.each([
    "exec do it",
    "exec resumed",
    "-- resume abc",
    "exec -- resume abc",
    "-m resume",
    "-C fork",
    "--image a.png resume abc",
    "exec -i a.png resume abc",
    "archive resume",
    "mcp add fork",
    "exec review resume",
    "review fork",
    "resume --help",
    "resume -h",
    "exec resume -V",
    "--remote ws://x resume abc",
    "exec one! two! resume",
  ])("is none: %s", (line) => {
    expect(requestIn(line.split(" "))).toBeUndefined();
  });

  it("is looked for in the folder that -C names", () => {
    expect(requestIn("-C a exec resume --last".split(" "))?.folder).toBe("a");
    expect(requestIn("exec --cd=b resume --last".split(" "))?.folder).toBe("b");
    expect(requestIn(["resume", "-Cc", "--last"])?.folder).toBe("c");
    expect(folderIn("exec -C d do-it".split(" "))).toBe("d");
    expect(folderIn(["exec", "--", "-C", "d"])).toBeUndefined();
  });
});

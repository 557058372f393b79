import { expect, test } from "vitest";
import { deafened, UNHEARD } from "../../scripts/release/deaf.ts";

const TABLE = [...UNHEARD].sort();

test("names of variables are changed where they stand by themselves, and nothing else is", () => {
  const text = `${TABLE.join("\0")}\0${
    TABLE.join("")
  }\0warn: BUN_INSPECT is ignored\0process.env.BUN_OPTIONS ?? 1\0BUN_TRACE`;
  const silent = (words: string) => words.replace(/BUN_(?=BE_BUN|INSPECT|OPTIONS)/g, "=UN_");
  expect(deafened(Buffer.from(text)).toString()).toBe(
    `${
      silent(`${TABLE.join("\0")}\0${TABLE.join("")}`)
    }\0warn: BUN_INSPECT is ignored\0process.env.BUN_OPTIONS ?? 1\0BUN_TRACE`,
  );
});

test.each(UNHEARD)("a runtime without %s is refused: it may have got another name", (name) => {
  const others = TABLE.filter((each) => each !== name).join("\0");
  expect(() => deafened(Buffer.from(others))).toThrow(`this Bun knows no ${name}`);
});

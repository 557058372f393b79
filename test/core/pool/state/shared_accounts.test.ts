import { expect, test } from "vitest";
import { type Account, parseAccount } from "../../../../lib/core/codex/account.ts";
import { twinsIn } from "../../../../lib/core/pool/state/shared_accounts.ts";

const of = (name: string, user?: string, workspace?: string): { name: string; account: Account } => ({
  name,
  account: { ...parseAccount(undefined), user, workspace },
});

test("files with one user in one workspace are named together, in their order", () => {
  const files = [
    of("c", "u", "w"),
    of("x", "u", "v"),
    of("a", "u", "w"),
    of("y", "t", "w"),
    of("b", "u", "w"),
    of("z", "t", "w"),
  ];
  expect(twinsIn(files)).toEqual([["c", "a", "b"], ["y", "z"]]);
});

test("files that do not say whose they are have nothing in common", () => {
  expect(twinsIn([of("a"), of("b"), of("c", "u"), of("d", undefined, "w")])).toEqual([]);
});

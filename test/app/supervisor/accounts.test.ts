import { expect, it } from "vitest";
import { Accounts, type Holder } from "../../../lib/app/supervisor/accounts.ts";

interface Named extends Holder {
  readonly name: string;
  login: Holder["login"];
}

function holder(name: string, path: string, user?: string, workspace = "team"): Named {
  const account = {
    kind: "chatgpt",
    user,
    workspace,
    email: undefined,
    plan: undefined,
    tokenExpiresAt: undefined,
  } as const;
  return { name, login: { path, account } };
}

function index(...holders: Named[]) {
  const accounts = new Accounts<Named>();
  for (const each of holders) accounts.note(each);
  return { accounts, sharing: (each: Holder) => accounts.sharing(each).map(({ name }) => name).sort() };
}

it("those of one file, and those whose files name the same user and workspace, share a login", () => {
  const [a, link, copy] = [holder("a", "/x", "u"), holder("link", "/x", "u"), holder("copy", "/y", "u")];
  const { sharing } = index(
    a,
    link,
    copy,
    holder("guest", "/z", "u", "other team"),
    holder("other", "/o", "v"),
  );
  expect(sharing(a)).toEqual(["a", "copy", "link"]);
  expect(sharing(copy)).toEqual(["a", "copy", "link"]);
});

it("a file that names nobody is shared only as a file", () => {
  const [a, b] = [holder("a", "/x"), holder("b", "/y")];
  const { sharing } = index(a, b, holder("link", "/x"));
  expect(sharing(a)).toEqual(["a", "link"]);
  expect(sharing(b)).toEqual(["b"]);
});

it("a holder with another login leaves those it shared the old one with, which are told", () => {
  const [a, b, c] = [holder("a", "/x", "u"), holder("b", "/y", "u"), holder("c", "/z", "w")];
  const { accounts, sharing } = index(a, b, c);
  a.login = { ...a.login, account: c.login.account };
  expect(accounts.note(a).map(({ name }) => name).sort()).toEqual(["a", "b"]);
  expect(sharing(b)).toEqual(["b"]);
  expect(sharing(c)).toEqual(["a", "c"]);
  accounts.drop(c);
  expect(sharing(a)).toEqual(["a"]);
});

import { type Account, parseAccount } from "./account.ts";
import { sha256 } from "../text/sha256.ts";

/** What an auth file is worth. */
export interface Login {
  /** Why Codex could not use it; undefined when it can. */
  readonly problem: string | undefined;
  /** A hash of user and workspace; undefined when the file doesn't tell them. */
  readonly account: string | undefined;
}

/** Looks at the text of an auth file. */
export function loginIn(text: string): Login {
  const { kind, user, workspace } = parseAccount(text);
  return {
    problem: kind === "chatgpt" || kind === "apikey" ? undefined : problemOf(text),
    account: user === undefined && workspace === undefined ? undefined : accountKey({ user, workspace }),
  };
}

/** Whose login it is, in 16 hex digits that tell nothing of it: a hash of user and workspace. */
export function accountKey({ user, workspace }: Pick<Account, "user" | "workspace">): string {
  return hash(`${user ?? ""}\0${workspace ?? ""}`).slice(0, 16);
}

/** SHA-256 in hex. */
export function hash(text: string): string {
  return Array.from(sha256(text), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function problemOf(text: string): string | undefined {
  if (text.trim() === "") return "it is empty";
  let file: { auth_mode?: unknown } | null;
  try {
    file = JSON.parse(text);
  } catch {
    return "it is no JSON";
  }
  // A later Codex may have kinds of logins that we don't know; it names them itself.
  const mode = typeof file === "object" ? file?.auth_mode : undefined;
  if (typeof mode === "string" && mode !== "chatgpt" && mode !== "apikey") return undefined;
  return "it holds no login";
}

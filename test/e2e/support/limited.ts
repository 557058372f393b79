import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "vitest";
import type { AccountPatch, TurnStep } from "../../../rig/backend/account.ts";
import type { Row } from "../../../rig/backend/log.ts";
import type { Result } from "../../../rig/result.ts";
import { type World, world } from "../real_world.ts";

type Usage = NonNullable<AccountPatch["usage"]>;

/** A user with the real Codex and one session, `a`, whose tool counts what it does in `count`. */
export interface Limited extends World {
  readonly home: string;
  /** Changes what is left of the account, and the answers to the next model requests. */
  says(usage: Usage, ...steps: TurnStep[]): void;
  /** What the tool did, in order. */
  count(): string;
  /** The words of the user in the only thread, in order. */
  prompts(): string[];
  thread(): string;
  /** The requests to the model so far. */
  requests(): Row[];
  /** Runs `codex exec` with the prompt "do it" in the session to its end. */
  begin(): Promise<Result>;
}

/** One effect of the tool: its number in the file `count`. */
export const counts = (what: number): TurnStep => ({ command: `echo ${what} >> count` });
export const REFUSES: TurnStep = { mode: "usage_limit" };
export const DONE: TurnStep = { text: "all done" };

/** Nothing left until so many seconds from each answer. */
export const usedUp = (resetInSec: number): Usage => ({
  primary: { usedPercent: 100, windowSec: 18_000, resetInSec },
});
export const FREE: Usage = {
  primary: { usedPercent: 5, windowSec: 18_000, resetInSec: 17_000 },
};

export const EXEC = ["exec", "--skip-git-repo-check", "--sandbox", "danger-full-access", "do it"];

export async function limited(
  context: Pick<TestContext, "onTestFinished">,
  env: Readonly<Record<string, string>> = {},
): Promise<Limited> {
  const made = await world(context, { accounts: { a: {} }, env });
  const { service, user } = made;
  const home = user.addAlias("a", { backend: service, account: "a" });
  const lines = () => {
    const [path, more] = rolloutsIn(home);
    if (path === undefined || more !== undefined) throw new Error("there is not just one thread");
    // What follows the last line break is being written.
    return readFileSync(path, "utf8").split("\n").slice(0, -1).map((line) => JSON.parse(line));
  };
  return {
    ...made,
    home,
    says: (usage, ...steps) => service.set("a", { usage, responses: { steps } }),
    count() {
      const path = join(user.cwd, "count");
      return existsSync(path) ? readFileSync(path, "utf8").trim().replaceAll("\n", " ") : "";
    },
    prompts: () =>
      lines().filter(({ type, payload }) =>
        type === "event_msg" && payload.type === "item_completed" && payload.item.type === "UserMessage"
      ).map(({ payload }) => payload.item.content[0].text),
    thread: () => lines()[0].payload.id,
    requests: () =>
      service.rows.filter(({ method, path }) => method === "POST" && path.endsWith("/responses")),
    begin: () => made.agentlb(["--on-limit", "off", "--", ...EXEC]),
  };
}

/** The rollouts of a home. */
export function rolloutsIn(home: string): string[] {
  const folder = join(home, "sessions");
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).map(String).filter((name) => name.endsWith(".jsonl"))
    .map((name) => join(folder, name));
}

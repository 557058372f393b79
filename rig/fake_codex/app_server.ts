import { existsSync, readFileSync, renameSync, unlinkSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { appears } from "./hold.ts";
import { type AppServerScript, type Reply, SAY_FILE } from "./script.ts";

/** The process around the app-server. */
export interface Surroundings {
  readonly home: string;
  script(): AppServerScript;
  note(event: "request" | "eof" | "renewed" | "holding", what?: string): void;
  /** Ends the process. */
  end(end: { readonly exit?: number; readonly signal?: string }): void;
}

/** The answer of the default account. */
const LIMITS = {
  rateLimits: {
    limitId: "codex",
    limitName: null,
    primary: { usedPercent: 25, windowDurationMins: 300, resetsAt: 4102444800 },
    secondary: { usedPercent: 40, windowDurationMins: 10080, resetsAt: 4102444800 },
    planType: "pro",
  },
};

/** Speaks JSON-RPC on stdin and stdout as the script demands; ends at end-of-file. */
export function serve(around: Surroundings): void {
  const { home, script } = around;
  const used = new Map<string, number>();
  let initialized = false;
  let greeting: Promise<void> | undefined;
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const crash = (moment: string) => {
    const planned = script().crash;
    if (planned?.at === moment) around.end(planned);
  };

  crash("start");
  for (const line of script().lines ?? []) say(line);
  const delay = script().crash?.at;
  if (typeof delay === "number") setTimeout(() => around.end(script().crash ?? {}), delay);
  const sayFile = join(home, SAY_FILE);
  watch(home, () => {
    if (!existsSync(sayFile)) return;
    const taken = `${sayFile}.${process.pid}`;
    try {
      renameSync(sayFile, taken);
    } catch {
      return; // another event of the same rename came first
    }
    process.stdout.write(readFileSync(taken, "utf8"));
    unlinkSync(taken);
  });

  let rest = "";
  process.stdin.setEncoding("utf8");
  process.stdin.on("data", (part: string) => {
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) void take(line);
  });
  process.stdin.on("end", async () => {
    around.note("eof");
    if (script().ignore?.includes("eof")) return void setInterval(() => {}, 60_000); // stays
    await wait(script().lingerMs ?? 0);
    around.end({ exit: 0 });
  });

  async function take(line: string): Promise<void> {
    let message: { id?: unknown; method?: unknown };
    try {
      message = JSON.parse(line);
    } catch {
      return void process.stderr.write("Failed to deserialize JSONRPCMessage\n");
    }
    const { id, method } = message;
    if (typeof method !== "string") return;
    around.note("request", method);
    if (id === undefined || id === null) return;
    if (method === "initialize") return await (greeting = initialize(id));
    await greeting; // as the real one, which answers nothing before
    if (!initialized) return answer(id, { error: { code: -32600, message: "Not initialized" } }, undefined);
    if (method === "account/rateLimits/read") {
      crash("limits");
      await reply(id, next("limits", script().limits), LIMITS);
      for (const { method, params } of script().notifications ?? []) say(JSON.stringify({ method, params }));
    } else if (method === "account/read") {
      await reply(id, next("account", script().account), { account: null, requiresOpenaiAuth: true });
    } else {
      answer(
        id,
        { error: { code: -32600, message: `Invalid request: unknown variant \`${method}\`` } },
        undefined,
      );
    }
  }

  async function initialize(id: unknown): Promise<void> {
    crash("initialize");
    const settings = script().initialize ?? {};
    const begun = await held(settings);
    if (!begun) return;
    if (settings.renew !== undefined) {
      const path = join(home, "auth.json");
      writeFileSync(`${path}.new`, settings.renew, { mode: 0o600 });
      renameSync(`${path}.new`, path);
      around.note("renewed");
    }
    initialized ||= settings.error === undefined;
    answer(id, settings, {
      userAgent: "fake/0",
      codexHome: home,
      platformFamily: "unix",
      platformOs: "linux",
    });
  }

  /** Takes the next reply of a list. */
  function next(name: string, replies: Reply | readonly Reply[] | undefined): Reply {
    if (!Array.isArray(replies)) return (replies as Reply | undefined) ?? {};
    const index = used.get(name) ?? 0;
    used.set(name, index + 1);
    return replies[Math.min(index, replies.length - 1)] ?? {};
  }

  async function reply(id: unknown, settings: Reply, ordinary: unknown): Promise<void> {
    if (await held(settings)) answer(id, settings, ordinary);
  }

  /** Waits as a reply demands; false when it must never be sent. */
  async function held(settings: Reply): Promise<boolean> {
    if (settings.delayMs !== undefined) await wait(settings.delayMs);
    if (settings.holdUntil !== undefined) {
      around.note("holding", settings.holdUntil);
      await appears(home, settings.holdUntil);
    }
    return settings.hang !== true;
  }

  function answer(id: unknown, settings: Reply, ordinary: unknown): void {
    const { error, result } = settings;
    say(JSON.stringify(error === undefined ? { id, result: result ?? ordinary } : { id, error }));
  }
}

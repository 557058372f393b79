import type { Config } from "../../core/config/config.ts";
import { failedAnswerIn, nameIn, readyAnswerIn } from "../../core/login/answers.ts";
import { type Step, stepsOf } from "../../core/login/plan.ts";
import { Failure } from "../../core/text/failure.ts";
import { printable } from "../../core/text/printable.ts";
import { homeOf, type Layout } from "../../core/system/layout.ts";
import { exists, isFolder } from "../../io/files/read.ts";
import type { Host } from "../../io/host.ts";
import { accountIn, holderIn } from "../codex/account_file.ts";
import { prepareSession } from "../login/create.ts";
import { isReady, LoginInterrupted } from "../login/login_command.ts";
import { loginWay, type LoginWish } from "../login/login_way.ts";
import { tellBrowser } from "../login/login_words.ts";
import { askUntil, canAsk, Stopped, twinsOf } from "../login/twins.ts";
import { aliasesOf, checkNewAlias } from "../session/sessions.ts";
import { tellCodex, tellOwnHome, tellSessions } from "./look.ts";
import type { Setup, SetupResult } from "./outcome.ts";

export interface SetupRequest extends LoginWish {
  /** The sessions to set up; without any the user is asked for names. */
  readonly names: readonly string[];
}

/** Thrown to end a set-up: Ctrl-C, or a stop that was answered. */
type Ending = "left" | "stopped";

/**
 * Guides through the first sessions: says what is there, asks for names, and logs in one by one. What is logged in stays
 * whatever ends it. Throws Failure where something has to be asked and nobody can be.
 */
export async function setUp(
  host: Host,
  layout: Layout,
  config: Config,
  request: SetupRequest,
): Promise<Setup> {
  for (const name of request.names) {
    if (!isFolder(homeOf(layout, name))) await checkNewAlias(host, name, config.sessions.aliasPattern);
  }
  await tellCodex(host, layout, config);
  tellOwnHome(host);
  const found = await tellSessions(host, layout, config);
  const steps = stepsOf(found, request.names);
  if (!canAsk(host) && steps.some((step) => step.do === "name")) throw cannotAsk();
  if (steps.length === 0) host.err("agentlb: nothing is missing; one more session: agentlb new <alias>\n");
  const results = new Map<string, SetupResult>(
    found.filter((session) => session.isReady).map(({ alias }) => [alias, "present"]),
  );
  let ending: Ending | undefined;
  for (const step of steps) {
    ending = await carryOut(host, layout, config, request, step, results);
    if (ending !== undefined) break;
  }
  return {
    sessions: sessionsIn(layout, results),
    isLeft: ending === "left",
    isStopped: ending === "stopped",
  };
}

async function carryOut(
  host: Host,
  layout: Layout,
  config: Config,
  request: SetupRequest,
  step: Step,
  results: Map<string, SetupResult>,
): Promise<Ending | undefined> {
  let alias: string | undefined;
  if (step.do === "login") alias = step.alias;
  else {
    const chosen = await chooseName(host, layout, config, step.proposal);
    if (chosen === "left") return "left";
    alias = chosen.name;
  }
  if (alias === undefined) return undefined;
  try {
    const result = await logInTo(host, layout, config, request, alias);
    if (result === "left") return "left";
    results.set(alias, result);
    return undefined;
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    if (!error.isLeft) host.err(`agentlb: ${printable(error.message)}\n`);
    if (isFolder(homeOf(layout, alias))) results.set(alias, "loggedIn");
    return error.isLeft ? "left" : "stopped";
  }
}

/** Asks for the name of a new session until it is one; no name = skipped. */
async function chooseName(
  host: Host,
  layout: Layout,
  config: Config,
  proposal: string,
): Promise<"left" | { readonly name: string | undefined }> {
  for (;;) {
    const text = await host.askOrLeave(`agentlb: name of a session (s = skip) [${proposal}] `);
    if (text === undefined) return "left";
    const name = nameIn(text, proposal);
    if (name === undefined) return { name };
    if (isFolder(homeOf(layout, name)) && aliasesOf(layout).includes(name)) {
      host.err(`agentlb: there is a session "${printable(name)}" already; choose another name\n`);
      continue;
    }
    try {
      await checkNewAlias(host, name, config.sessions.aliasPattern);
      return { name };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      host.err(`agentlb: ${printable(error.message)}\n`);
    }
  }
}

/** Logs in to a session, again after a failure if the user wants; on a terminal the user is ready first. */
async function logInTo(
  host: Host,
  layout: Layout,
  config: Config,
  request: SetupRequest,
  alias: string,
): Promise<SetupResult | "left"> {
  const home = homeOf(layout, alias);
  if (exists(home) && isReady(host, config, home)) return "present";
  if (!canAsk(host)) {
    await prepareSession(host, layout, config, alias, request);
    return "loggedIn";
  }
  for (;;) {
    const way = await loginWay(host, layout, config, request);
    if (way.usesBrowser) tellBrowser(host);
    const mayChoose = way.usesBrowser && !request.isDevice;
    const choices = mayChoose ? "d = with a code for any device, s = skip" : "s = skip";
    const ready = await askUntil(
      host,
      `press Enter to log in to "${printable(alias)}" (${choices})`,
      mayChoose ? "Enter (log in), d (log in with a code), s (skip)" : "Enter (log in), s (skip)",
      readyAnswerIn,
    );
    if (ready === undefined) return "left";
    if (ready === "skip") return "skipped";
    const isDevice = request.isDevice || (mayChoose && ready === "device");
    try {
      await prepareSession(host, layout, config, alias, { ...request, isDevice, isTold: true });
      return "loggedIn";
    } catch (error) {
      if (error instanceof LoginInterrupted) return "left";
      if (!(error instanceof Failure) || error.code !== "loginFailed") throw error;
      host.err(`agentlb: ${printable(error.message)}\n`);
      if (error.hint !== undefined) host.err(`agentlb: hint: ${printable(error.hint)}\n`);
    }
    const answer = await askUntil(
      host,
      "log in again, or skip this session? [L/s]",
      "l or Enter (log in again), s (skip)",
      failedAnswerIn,
    );
    if (answer === undefined) return "left";
    if (answer === "skip") return "failed";
  }
}

function sessionsIn(layout: Layout, results: ReadonlyMap<string, SetupResult>): Setup["sessions"] {
  return [...results].map(([alias, result]) => {
    const home = homeOf(layout, alias);
    return { alias, home, result, account: holderIn(home), twins: twinsOf(layout, alias, accountIn(home)) };
  });
}

function cannotAsk(): Failure {
  return new Failure("failed", "Cannot ask for the names of sessions: this is not a terminal", {
    hint: "name them: agentlb init personal work --device-auth; or make them one by one: agentlb new <alias>",
  });
}

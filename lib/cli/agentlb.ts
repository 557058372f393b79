import type { Config } from "../core/config/config.ts";
import { type Layout, layoutOf, rootFrom } from "../core/system/layout.ts";
import type { Policy } from "../core/pick/policy.ts";
import { printable } from "../core/text/printable.ts";
import { printedCommand, usualShell } from "../core/shell/quote.ts";
import { isSupervisorDisabled } from "../core/system/timing.ts";
import { VERSION } from "../core/text/version.ts";
import type { How, Picked, PickRequest } from "../app/pick/choose.ts";
import { pick as pickSession } from "../app/pick/pick.ts";
import { loadConfig } from "../app/config/load.ts";
import { livingDaemon } from "../app/daemon/daemon.ts";
import { commandOf, type End, programOf, runPicked } from "../app/codex/run.ts";
import { awaitRenewal } from "../app/codex/await_renewal.ts";
import { aliasFor, checkNewAlias, ensureLayout } from "../app/session/sessions.ts";
import type { Demand } from "../app/pick/survey.ts";
import type { Host } from "../io/host.ts";
import type { Request, RunWish } from "./args.ts";
import { helpOf } from "./help.ts";
import { cautionLine, pausedLine, pickedLine, refusedLine } from "./view/lines.ts";

/** Carries out a request. Asking for help or the version touches nothing. */
export async function agentlb(host: Host, request: Request): Promise<End> {
  switch (request.do) {
    case "help":
      host.out(helpOf(request.topic));
      return 0;
    case "version":
      host.out(`agentlb ${VERSION}\n`);
      return 0;
    case "skill": {
      const { skillCommand } = await import("./skill.ts");
      return await skillCommand(host, request.request);
    }
    default: {
      const layout = layoutOf(rootFrom(host));
      ensureLayout(host, layout);
      return await carryOut(host, layout, request);
    }
  }
}

type Work = Exclude<Request, { do: "help" | "version" | "skill" }>;

async function carryOut(host: Host, layout: Layout, request: Work): Promise<End> {
  switch (request.do) {
    case "best":
    case "turn":
    case "last": {
      const demand = request.do === "best" ? request.demand : {};
      return await runChosen(host, layout, await loadConfig(host, layout), request.do, request.wish, demand);
    }
    case "new": {
      const config = await loadConfig(host, layout);
      const alias = aliasFor(layout, request.target);
      if (alias === request.target) await checkNewAlias(host, alias, config.sessions.aliasPattern);
      const { makeSession, prepareSession } = await import("../app/session/create.ts");
      startable(host, commandOf(host, config, request.wish.cmd, request.wish.passthrough), request.wish);
      if (request.wish.printOnly) makeSession(layout, alias);
      else await prepareSession(host, layout, config, alias, request.wish.loginCmd);
      return await runChosen(host, layout, config, { alias }, request.wish);
    }
    case "pick": {
      const config = await loadConfig(host, layout);
      const picked = await pick(host, layout, config, "best", { demand: request.demand });
      if (picked.isRenewing) await awaitRenewal(host, layout, picked.alias);
      const { pickText } = await import("./view/status.ts");
      host.out(pickText(picked, request.json));
      return 0;
    }
    case "status": {
      await showStatus(host, layout, await loadConfig(host, layout), request);
      return 0;
    }
    case "pause":
    case "unpause": {
      const { setPaused } = await import("../app/session/pause.ts");
      const { alias, isNew } = await setPaused(host, layout, request.target, request.do === "pause");
      host.out(`${pausedLine(request.do, isNew)}: ${printable(alias)}\n`);
      return 0;
    }
    case "login": {
      const { logInAgain } = await import("../app/session/login.ts");
      await logInAgain(host, layout, await loadConfig(host, layout), request.alias, request);
      return 0;
    }
    case "remove": {
      const { removeSession } = await import("../app/session/remove.ts");
      const alias = await removeSession(host, layout, request.target, request.force);
      host.out(`removed session: ${printable(alias)}\n`);
      return 0;
    }
    case "why": {
      const [{ explain }, { whyJson, whyText }] = await Promise.all([
        import("../app/pick/why.ts"),
        import("./view/why.ts"),
      ]);
      const config = await loadConfig(host, layout);
      const found = explain(layout, config, host.clock.now(), request.demand, request.alias);
      host.out(request.json ? whyJson(found) : await whyText(found));
      return 0;
    }
    case "forecast": {
      const [{ forecast }, { forecastJson, forecastText }] = await Promise.all([
        import("../app/pick/forecast.ts"),
        import("./view/forecast.ts"),
      ]);
      const found = forecast(layout, await loadConfig(host, layout), host.clock.now());
      host.out(request.json ? forecastJson(found) : await forecastText(found));
      return 0;
    }
    case "simulate": {
      const { simulationText } = await import("./view/simulation.ts");
      host.out(await simulationText(layout, await loadConfig(host, layout), request.wish));
      return 0;
    }
    case "supervise": {
      const { superviseCommand } = await import("../app/daemon/daemon.ts");
      for (const line of await superviseCommand(host, layout, request.verb)) host.out(`${line}\n`);
      return 0;
    }
    case "daemon": {
      const { runDaemon } = await import("../app/supervisor/daemon_run.ts");
      await runDaemon(host, layout);
      return 0;
    }
    case "init": {
      const { initConfig } = await import("../app/config/file.ts");
      host.out(`${initConfig(layout, request.force)}\n`);
      return 0;
    }
  }
}

async function runChosen(
  host: Host,
  layout: Layout,
  config: Config,
  how: How,
  wish: RunWish,
  demand: Demand = {},
): Promise<End> {
  const words = commandOf(host, config, wish.cmd, wish.passthrough);
  const check = () => startable(host, words, wish);
  const picked = await pick(host, layout, config, how, { demand, isRunHere: !wish.printOnly, check });
  if (!wish.printOnly) return await runPicked(host, layout, config, picked, words);
  if (picked.isRenewing) await awaitRenewal(host, layout, picked.alias);
  const shell = wish.shell ?? usualShell(host.platform);
  host.out(`${await printedCommand(shell, picked.home, words)}\n`);
  return 0;
}

/** Fails when there is no such program, before anything is recorded or made. */
function startable(host: Host, words: readonly string[], { printOnly }: RunWish): void {
  if (!printOnly) programOf(host, words[0] ?? "");
}

/** Picks a session and says on stderr what a user should know of it. */
async function pick(
  host: Host,
  layout: Layout,
  config: Config,
  how: How,
  request: PickRequest,
): Promise<Picked> {
  const picked = await pickSession(host, layout, config, how, request);
  host.err(`agentlb: ${wordsFor(host, layout, picked)}\n`);
  const caution = cautionLine(picked);
  if (caution !== undefined) host.err(`agentlb: note: ${caution}\n`);
  if (picked.leavesProcesses) {
    host.err(
      `agentlb: note: codex leaves background processes behind in ${
        printable(picked.home)
      }; to prevent it, put ` +
        `daemon_auto_start = false under [features] of its config.toml\n`,
    );
  }
  return picked;
}

function wordsFor(host: Host, layout: Layout, picked: Picked): string {
  if (picked.ground.on !== "fallback") return pickedLine(picked, host.clock.now());
  const running = livingDaemon(layout) === undefined ? "not running" : "running";
  const supervision = isSupervisorDisabled(host.env) ? "disabled" : running;
  return refusedLine(picked.alias, picked.ground.refused, supervision);
}

async function showStatus(
  host: Host,
  layout: Layout,
  config: Config,
  { json, policy }: { readonly json: boolean; readonly policy: Policy | undefined },
): Promise<void> {
  const [{ report }, { statusJson, statusTable }] = await Promise.all([
    import("../app/pick/report.ts"),
    import("./view/status.ts"),
  ]);
  const found = report(layout, config, host.clock.now(), policy === undefined ? {} : { policy });
  if (found.problem !== undefined) {
    host.err(`session selection report: unavailable (${printable(found.problem)})\n`);
  }
  if (json) host.out(statusJson(found));
  else if (found.problem === undefined) host.out(await statusTable(found));
  if (found.supervisorPid === undefined) {
    host.err(
      "agentlb: the supervisor is not running; start it with: agentlb supervisor start --background\n",
    );
  }
}

import { Failure } from "../../core/failure.ts";
import type { Flavour } from "../../core/pool/flavour.ts";
import { type PoolOptions, textOption } from "../../core/pool/options.ts";
import type { Origin } from "../../core/pool/origin.ts";
import { survivesXargs } from "../../core/pool/paths.ts";
import { strip } from "../../core/pool/python.ts";
import { printable } from "../../core/screen.ts";
import { loadPool, type PoolSettings } from "../../app/pool/load.ts";
import type { End } from "../../app/run.ts";
import type { Host } from "../../io/host.ts";

/** Carries out a command of a pool program; returns the exit code. */
export async function runPool(
  host: Host,
  flavour: Flavour,
  from: Origin,
  command: string,
  options: PoolOptions,
): Promise<End> {
  switch (command) {
    case "status": {
      const { statusCommand } = await import("../../app/pool/status.ts");
      return await statusCommand(host, flavour, from, options);
    }
    case "watch-team": {
      const { watchTeamCommand } = await import("../../app/pool/watch.ts");
      return await watchTeamCommand(host, flavour, from, options);
    }
  }
  const settings = await loadPool(host, flavour, from);
  switch (command) {
    case "where": {
      const { whereText } = await import("./views.ts");
      host.out(whereText(flavour, settings, sourcesIfAny(host, settings)));
      return 0;
    }
    case "list":
      host.out(settings.sources().map((source) => `${source}\n`).join(""));
      return 0;
    case "pick": {
      const sources = settings.sources();
      const worker = workerOf(options);
      const { pickSource } = await import("../../app/pool/picks.ts");
      hand(
        host,
        flavour,
        `pick strategy=${settings.strategy} ${worker.shown}`,
        await pickSource(host, settings, sources, worker.name),
      );
      return 0;
    }
    case "pick-auth": {
      const worker = workerOf(options);
      const named = flavour.authStrategies.length > 1 ? `strategy=${settings.authStrategy} ` : "";
      hand(host, flavour, `pick-auth ${named}${worker.shown}`, await pickAuth(host, flavour, settings));
      return 0;
    }
    case "auth-current":
    case "auth-advance": {
      const [{ advanceAuth, currentAuth }, { namedRoster }] = await Promise.all([
        import("../../app/pool/rotation.ts"),
        import("../../app/pool/roster.ts"),
      ]);
      const seen = { ...settings, authTeamGlob: textOption(options, "glob") || settings.authTeamGlob };
      const { dir, files } = namedRoster(host, flavour, seen, textOption(options, "team_dir"));
      const path = command === "auth-current"
        ? await currentAuth(host, seen, dir, files)
        : (await advanceAuth(host, seen, dir, files)).current;
      host.out(`${path}\n`);
      return 0;
    }
    default: {
      const { resetState } = await import("../../app/pool/reset.ts");
      host.out(`${await resetState(host, flavour, settings)}\n`);
      return 0;
    }
  }
}

async function pickAuth(host: Host, flavour: Flavour, settings: PoolSettings): Promise<string> {
  const { configuredRoster } = await import("../../app/pool/roster.ts");
  const roster = configuredRoster(host, flavour, settings);
  if (settings.authStrategy !== "team_cycle") {
    const { pickAuthFile } = await import("../../app/pool/picks.ts");
    return await pickAuthFile(host, settings, roster, settings.authStrategy === "limits");
  }
  const { currentAuth } = await import("../../app/pool/rotation.ts");
  return await currentAuth(host, settings, roster.dir, roster.files);
}

/** Prints what was picked, for a shell that reads the last line through xargs. */
function hand(host: Host, flavour: Flavour, how: string, path: string): void {
  if (!survivesXargs(path)) {
    host.err(
      `⚠️ quotes, backslashes and double blanks are lost when this goes through xargs: ${
        printable(path, 4096)
      }\n`,
    );
  }
  if (strip(host.env[`${flavour.prefix}DEBUG`] ?? "") !== "") host.err(`ℹ️ ${how} -> ${path}\n`);
  host.out(`${path}\n`);
}

function workerOf(options: PoolOptions): { readonly name: string; readonly shown: string } {
  const [name, base] = ["worker", "base"].map((option) => {
    const text = strip(textOption(options, option) ?? "");
    if (text === "") throw new Failure("failed", `❌ --${option} is required`, { verbatim: true });
    return text;
  });
  return { name: name!, shown: `worker=${name} base=${base}` };
}

function sourcesIfAny(host: Host, settings: PoolSettings): readonly string[] {
  try {
    return settings.sources();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    host.err(`${error.message}\n`);
    return [];
  }
}

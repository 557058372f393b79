import { Failure } from "../../core/text/failure.ts";
import type { Flavour } from "../../core/pool/flavour.ts";
import { isSet, type PoolOptions, textOption } from "../../core/pool/options.ts";
import type { Origin } from "../../core/pool/origin.ts";
import { survivesXargs } from "../../core/shell/typed_paths.ts";
import { strip } from "../../core/pool/python/whole.ts";
import { printable } from "../../core/text/printable.ts";
import { loadPool, type PoolSettings } from "../../app/pool/load.ts";
import type { End } from "../../app/codex/run.ts";
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
      const { statusCommand } = await import("../../app/pool/limits/status.ts");
      const draw = isSet(options, "table") ? (await import("./screen.ts")).tableDrawer(host) : undefined;
      return await statusCommand(host, flavour, from, options, draw);
    }
    case "watch-team": {
      const { watchTeamCommand } = await import("../../app/pool/watch/watch.ts");
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
      const { pickSource } = await import("../../app/pool/pick/pick_source.ts");
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
      const { pickAuth } = await import("../../app/pool/pick/roster.ts");
      hand(host, flavour, `pick-auth ${named}${worker.shown}`, await pickAuth(host, flavour, settings));
      return 0;
    }
    case "auth-current":
    case "auth-advance": {
      const [{ advanceAuth, currentAuth }, { namedRoster }] = await Promise.all([
        import("../../app/pool/pick/rotation.ts"),
        import("../../app/pool/pick/roster.ts"),
      ]);
      const seen = { ...settings, authTeamGlob: textOption(options, "glob") || settings.authTeamGlob };
      const { dir, files } = namedRoster(host, flavour, seen, textOption(options, "team_dir"));
      const path = command === "auth-current"
        ? await currentAuth(host, seen, dir, files)
        : (await advanceAuth(host, seen, dir, files)).current;
      host.out(`${path}\n`);
      return 0;
    }
    case "add": {
      const { addCommand } = await import("./add.ts");
      return await addCommand(host, flavour, settings, options);
    }
    default: {
      const { resetState } = await import("../../app/pool/reset.ts");
      host.out(`${await resetState(host, flavour, settings)}\n`);
      return 0;
    }
  }
}

/** Prints the picked path, for a shell that reads the last line through xargs. */
function hand(host: Host, flavour: Flavour, how: string, path: string): void {
  if (!survivesXargs(path, host.platform)) {
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

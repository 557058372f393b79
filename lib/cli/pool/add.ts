import { escaped } from "../../core/text/json.ts";
import type { Flavour } from "../../core/pool/flavour.ts";
import { Failure } from "../../core/text/failure.ts";
import { isSet, type PoolOptions, textOption } from "../../core/pool/options.ts";
import { type Added, addLogin } from "../../app/pool/add/add_login.ts";
import type { PoolSettings } from "../../app/pool/load.ts";
import type { End } from "../../app/codex/run.ts";
import type { Host } from "../../io/host.ts";
import { withoutOutput } from "../../app/login/without_output.ts";

/** Carries out `add`; prints the path of the new auth file, or with `--json` an object. */
export async function addCommand(
  host: Host,
  flavour: Flavour,
  settings: PoolSettings,
  options: PoolOptions,
): Promise<End> {
  const command = textOption(options, "login_cmd") ?? "";
  const isDevice = isSet(options, "device_auth");
  if (command !== "" && isDevice) {
    throw new Failure("usage", "❌ --device-auth and --login-cmd can't be used together", { verbatim: true });
  }
  const added = await addLogin(withoutOutput(host), flavour, settings, {
    name: textOption(options, "name") ?? "",
    teamDir: textOption(options, "team_dir"),
    force: isSet(options, "force"),
    command,
    isDevice,
  });
  host.out(isSet(options, "json") ? addJson(added) : `${added.file}\n`);
  return 0;
}

function addJson({ file, teamDir, account: { email, plan }, twins }: Added): string {
  const output = {
    schema: "agentlb.pool-add/1",
    file,
    teamDir,
    email,
    plan,
    sameAccountAs: twins.length === 0 ? undefined : twins,
  };
  return `${escaped(JSON.stringify(output, undefined, 2))}\n`;
}

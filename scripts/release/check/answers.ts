/** The output of some commands, to compare programs. */
import { spawnSync } from "node:child_process";
import { mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { login } from "../../../test/e2e/support/login.ts";

export interface Start {
  /** The words that start a program. */
  words(program: "agentlb" | "cap" | "clb"): readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const COMMANDS = [
  "agentlb --version",
  "agentlb --help",
  "agentlb status",
  "agentlb new a --print-command",
  "agentlb new b --print-command",
  "agentlb rr --print-command",
  "agentlb rr --print-command",
  "agentlb pick --json",
  "agentlb status",
  "agentlb config init",
  "agentlb nope",
  "cap where",
  "cap list",
  "cap pick --worker w-1 --base w",
  "cap pick --worker w-2 --base w",
  "cap pick-auth --worker w-1 --base w",
  "cap pick-auth --worker w-2 --base w",
  "cap auth-advance",
  "cap nope",
  "clb where",
  "clb pick-auth --worker w-1 --base w",
];

/**
 * Runs the commands one after the other as a user whose HOME is a new folder `home`: each command with its exit code,
 * stdout and stderr. Programs that are one and the same say the same.
 */
export function answersOf({ words, env = {} }: Start, home: string): string[] {
  mkdirSync(home);
  home = realpathSync(home);
  try {
    furnish(home);
    return COMMANDS.map((line) => {
      const [program = "", ...args] = line.split(" ");
      const [file = "", ...before] = words(program as "agentlb");
      const { status, signal, stdout, stderr, error } = spawnSync(file, [...before, ...args], {
        cwd: home,
        env: { HOME: home, PATH: "/usr/bin:/bin", TZ: "UTC", AGENTLB_SUPERVISOR_DISABLED: "1", ...env },
        encoding: "utf8",
        timeout: 60_000,
      });
      return `$ ${line}\n${error?.message ?? status ?? signal}\n${stdout}\n${stderr}`;
    });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function furnish(home: string): void {
  const [team, config] = [join(home, "team"), join(home, ".config/agentlb")];
  for (const folder of [team, config, join(home, "s1"), join(home, "s2")]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  for (const name of ["one", "two", "three"]) writeFileSync(join(team, name), login(name), { mode: 0o600 });
  // Chance decides between logins used equally, so nothing is left to it.
  for (
    const [pool, auth] of [["cap", 'auth_strategy: team_cycle\nauth_team_glob: "*"'], [
      "clb",
      "auth_team_glob: one",
    ]]
  ) {
    writeFileSync(
      join(config, `${pool}_config.yaml`),
      `sources:\n  - ~/s1\n  - ~/s2\nauth_team_dir: ~/team\n${auth}\n`,
    );
  }
}

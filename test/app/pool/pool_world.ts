import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { main } from "../../../lib/cli/pool/main.ts";
import { authFile, world } from "../world.ts";

export interface Said {
  readonly code: unknown;
  readonly out: string;
  readonly err: string;
}

/** A skill with a team directory, in a folder of its own; the program runs in this very process. */
export interface PoolWorld {
  readonly dir: string;
  readonly skill: string;
  readonly team: string;
  readonly stateFile: string;
  /** Where programs that only pick are told what is known of accounts. */
  readonly readings: string;
  /** What the clock says, epoch milliseconds. */
  now: number;
  /** Set for every run. */
  readonly env: Record<string, string | undefined>;
  /** What chance says next; 0 when nothing is left. */
  readonly chances: number[];
  cap(...args: readonly string[]): Promise<Said>;
  clb(...args: readonly string[]): Promise<Said>;
  pickAuth(): Promise<string>;
  config(text: string, name?: string): void;
  /** Writes a made-up login, `team` being where relative paths start; the account is called as the file unless named. */
  auth(name: string, account?: string): string;
  write(path: string, text: string): string;
  read(path: string): string;
  has(path: string): boolean;
  mode(path: string): number;
  state(): ReturnType<typeof JSON.parse>;
  setState(state: unknown): void;
}

export function poolWorld(): PoolWorld {
  const around = world();
  const dir = dirname(around.bin);
  const skill = join(dir, "skill");
  const team = join(dir, "team");
  const stateFile = join(skill, "share", "state.json");
  mkdirSync(join(skill, "scripts"), { recursive: true });
  mkdirSync(team);
  const env: Record<string, string | undefined> = {
    CAP_AUTH_TEAM_DIR: team,
    CLB_AUTH_TEAM_DIR: team,
    TZ: "UTC",
  };
  const chances: number[] = [];
  const run = async (name: "cap" | "clb", args: readonly string[]): Promise<Said> => {
    around.out = "";
    around.err = "";
    const host = { ...around.host({ args, env }), random: () => chances.shift() ?? 0 };
    const code = await main(host, name, join(skill, "scripts"));
    return { code, out: around.out, err: around.err };
  };
  const made: PoolWorld = {
    dir,
    skill,
    team,
    stateFile,
    readings: around.layout.readings,
    get now() {
      return around.now;
    },
    set now(ms) {
      around.now = ms;
    },
    env,
    chances,
    cap: (...args) => run("cap", args),
    clb: (...args) => run("clb", args),
    async pickAuth() {
      const { code, out, err } = await run("cap", ["pick-auth", "--worker", "w", "--base", "b"]);
      if (code !== 0) throw new Error(err);
      return out.trimEnd().replace(`${team}/`, "");
    },
    config: (text, name = "cap_config.yaml") => void made.write(join(skill, "scripts", name), text),
    auth: (name, account = name) => made.write(join(team, name), authFile(`${account}@example.test`)),
    write(path, text) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      return path;
    },
    read: (path) => readFileSync(path, "utf8"),
    has: existsSync,
    mode: (path) => statSync(path).mode & 0o777,
    state: () => JSON.parse(readFileSync(stateFile, "utf8")),
    setState: (state) => void made.write(stateFile, `${JSON.stringify(state, null, 2)}\n`),
  };
  return made;
}

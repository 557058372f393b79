import { dirname, isAbsolute, join } from "node:path";
import { Failure, unreadableWords } from "../../core/text/failure.ts";
import {
  type Member,
  parseRegistry,
  parseWorkerState,
  type WorkerState,
} from "../../core/pool/watch/registry.ts";
import { printable } from "../../core/text/printable.ts";
import { exists, readText } from "../../io/files/read.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";
import type { Host } from "../../io/host.ts";
import { type PoolSettings, typedPath } from "./load.ts";

/** A member of a team with its record in twf. */
export interface TeamWorker extends Member {
  readonly state: WorkerState;
  /** The worker's `CODEX_HOME`. */
  readonly home: string;
}

type Settings = Pick<PoolSettings, "homes" | "skillDir">;

/** The path of the team's registry: as typed, else from the environment, else in the sibling skill. */
export async function registryPath(
  host: Pick<Host, "env" | "cwd" | "platform">,
  settings: Settings,
  typed: string | undefined,
): Promise<string> {
  const { env, platform } = host;
  const named = [
    typed,
    env.AITWF_REGISTRY,
    env.AITWF_DIR?.trim() && join(env.AITWF_DIR.trim(), "registry.json"),
  ]
    .find((text) => text !== undefined && text.trim() !== "");
  if (named) return typedPath(host, settings, named.trim());
  const sibling = join(dirname(settings.skillDir), "ai-team-workflow");
  const folder = await shareFolder(join(sibling, "scripts", "atwf_config.yaml"));
  if (folder !== undefined) {
    return join(typedPath({ cwd: sibling, platform }, settings, folder), "registry.json");
  }
  return join(sibling, "share", "registry.json");
}

/** `share.dir` or `share_dir` in a sibling's settings. */
async function shareFolder(file: string): Promise<string | undefined> {
  try {
    const text = readText(file);
    if (text === undefined) return undefined;
    const { parseYaml } = await import("../../io/yaml.ts");
    const config = parseYaml(text) as { share?: { dir?: unknown }; share_dir?: unknown } | null;
    const folder = config?.share?.dir ?? config?.share_dir;
    return typeof folder === "string" && folder.trim() !== "" ? folder.trim() : undefined;
  } catch {
    return undefined; // the sibling's own program reports the error
  }
}

/** The workers in a registry. Throws Failure if it is unreadable. */
export function readTeam(host: Pick<Host, "env">, { homes }: Settings, registry: string): TeamWorker[] {
  return membersIn(registry).map((member) => {
    const state = parseWorkerState(
      member.stateFile === undefined ? undefined : textOf(stateFileOf(registry, member)),
    );
    const folder = host.env.TWF_WORKERS_DIR || join(homes.own, ".codex-workers");
    return { ...member, state, home: state.home ?? join(folder, member.full) };
  });
}

/** The folder of twf's states; undefined if no member has a state. */
export function twfStateFolder(registry: string, workers: readonly TeamWorker[]): string | undefined {
  const file = workers.filter(({ stateFile }) => stateFile !== undefined).map((each) =>
    stateFileOf(registry, each)
  )
    .find(exists);
  return file === undefined ? undefined : dirname(file);
}

function membersIn(registry: string): Member[] {
  let text: string | undefined;
  try {
    text = readText(registry, MOST_BYTES.table);
  } catch (error) {
    throw unreadable(registry, unreadableWords(error));
  }
  if (text === undefined) {
    throw new Failure("failed", `❌ registry not found: ${printable(registry, 4096)}`, { verbatim: true });
  }
  try {
    return parseRegistry(text);
  } catch {
    throw unreadable(registry, "it is no JSON");
  }
}

function stateFileOf(registry: string, { stateFile }: Member): string {
  const path = stateFile ?? "";
  return isAbsolute(path) ? path : join(dirname(registry), path);
}

function textOf(path: string): string | undefined {
  try {
    return readText(path);
  } catch {
    return undefined; // without a state the worker is unknown
  }
}

function unreadable(registry: string, why: string): Failure {
  return new Failure(
    "failed",
    `❌ cannot read the registry ${printable(registry, 4096)}: ${printable(why)}`,
    {
      verbatim: true,
    },
  );
}

import { type JsonObject, objectOf, textOf } from "../../text/json.ts";
import { tomlText } from "../../text/toml.ts";
import { rolloutLine } from "../rollout.ts";

/** The options that a turn ran with, in Codex's own words; undefined = not recorded, or not one that can be passed. */
export interface RunSettings {
  readonly sandbox: string | undefined;
  readonly writableRoots: readonly string[];
  readonly hasNetwork: boolean;
  readonly approval: string | undefined;
  readonly model: string | undefined;
  readonly effort: string | undefined;
}

/** The sandboxes that an option can name. */
const SANDBOXES = ["read-only", "workspace-write", "danger-full-access"];
const APPROVALS = ["untrusted", "on-failure", "on-request", "never"];

/** True for a line that tells what a turn ran with; each turn has one. */
export function isTurnContext(line: string): boolean {
  return line.slice(0, 200).includes('"turn_context"');
}

/** The settings in such a line; undefined for any other. */
export function runSettingsIn(line: string): RunSettings | undefined {
  const parsed = isTurnContext(line) ? rolloutLine(line) : undefined;
  if (parsed?.type !== "turn_context") return undefined;
  const { payload } = parsed;
  const policy = objectOf(payload.get("sandbox_policy"));
  // Newer versions name a profile of permissions; one of the user's own is in the home's settings.
  const profile = textOf(objectOf(payload.get("active_permission_profile"))?.get("id"));
  const isOwn = profile !== "" && !profile.startsWith(":");
  const roots = policy?.get("writable_roots");
  const mode = objectOf(objectOf(payload.get("collaboration_mode"))?.get("settings"));
  return {
    sandbox: isOwn ? undefined : oneOf(SANDBOXES, policy?.get("type")),
    writableRoots: Array.isArray(roots) ? roots.filter((root) => typeof root === "string") : [],
    hasNetwork: policy?.get("network_access") === true,
    approval: oneOf(APPROVALS, payload.get("approval_policy")),
    model: textOf(payload.get("model")) || undefined,
    effort: textOf(mode?.get("reasoning_effort") ?? payload.get("effort")) || undefined,
  };
}

/** The options that give a resumed thread the settings of its last turn: without them it gets those of the home. */
export function settingsOptions(settings: RunSettings | undefined): string[] {
  if (settings === undefined) return [];
  const { sandbox, writableRoots, hasNetwork, approval, model, effort } = settings;
  const options: string[] = [];
  const set = (key: string, value: string) => options.push("-c", `${key}=${value}`);
  if (sandbox !== undefined) set("sandbox_mode", tomlText(sandbox));
  if (sandbox === "workspace-write") {
    set("sandbox_workspace_write.network_access", String(hasNetwork));
    set("sandbox_workspace_write.writable_roots", `[${writableRoots.map(tomlText).join(", ")}]`);
  }
  if (approval !== undefined) set("approval_policy", tomlText(approval));
  if (effort !== undefined) set("model_reasoning_effort", tomlText(effort));
  if (model !== undefined) options.push("-m", model);
  return options;
}

/** True for a line that shows that a turn got something done: an answer of the model, a call or its result. */
export function isWork(line: string): boolean {
  if (!line.slice(0, 200).includes('"response_item"')) return false;
  const parsed = rolloutLine(line);
  return parsed?.type === "response_item" && isDone(parsed.payload);
}

/** The words that a thread goes on with; `isExec` = without a terminal of its own. */
export function resumeWords(id: string, isExec: boolean, settings: RunSettings | undefined): string[] {
  const options = settingsOptions(settings);
  // The first run was allowed outside a repository, or it would not have begun.
  if (isExec) return ["exec", "resume", "--skip-git-repo-check", ...options, id, GO_ON];
  return ["resume", ...options, id, GO_ON];
}

/** The message that a thread goes on with: the user's own one is in the rollout already. */
const GO_ON = "continue";

function isDone(payload: JsonObject): boolean {
  return payload.get("type") !== "message" || payload.get("role") === "assistant";
}

function oneOf(words: readonly string[], value: unknown): string | undefined {
  return words.find((word) => word === value);
}

import type { Supervised } from "../../app/daemon/daemon.ts";
import { jsonText } from "./json.ts";

/** What `agentlb supervisor status --json` prints. */
export interface SupervisorOutput {
  readonly schema: "agentlb.supervisor/1";
  readonly running: boolean;
  /** "elsewhere" = in another container or on another machine. */
  readonly where: "here" | "elsewhere" | "nowhere";
  readonly pid?: number | undefined;
  /** The version of agentlb that it is. */
  readonly version?: string | undefined;
  /** The time of its start, RFC 3339. */
  readonly since?: string | undefined;
  /** What started it. */
  readonly from?: {
    /** The folder. */
    readonly cwd: string;
    /** The calling program; empty when unknown. */
    readonly program: string;
  } | undefined;
  /** The path of the codex that it runs; empty when it found none. */
  readonly codex?: string | undefined;
  /** Why it can read no account. */
  readonly trouble?: {
    readonly kind: "codex" | "network";
    /** RFC 3339. */
    readonly since: string;
  } | undefined;
}

/** What `agentlb supervisor start|restart|stop --json` prints: what was done. */
export interface SuperviseOutput {
  readonly schema: "agentlb.supervise/1";
  readonly verb: "start" | "restart" | "stop";
  /** True when it is as asked for; else the exit code is 1. */
  readonly done: boolean;
  /** The supervisor that runs here now; absent when none does. */
  readonly pid?: number;
  /** What was done, step by step, in words. */
  readonly steps: readonly string[];
}

/** The output of `agentlb supervisor start|restart|stop --json`. */
export function superviseJson(
  verb: SuperviseOutput["verb"],
  { isDone, lines }: Supervised,
  pid: number | undefined,
): string {
  return jsonText<SuperviseOutput>({
    schema: "agentlb.supervise/1",
    verb,
    done: isDone,
    ...(pid === undefined ? {} : { pid }),
    steps: lines,
  });
}

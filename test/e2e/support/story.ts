import { describe, expect, test } from "vitest";
import { sandbox } from "../../../rig/in_test.ts";
import { type Way, ways } from "../../../rig/program.ts";
import type { Result } from "../../../rig/result.ts";
import type { Sandbox, SandboxOptions } from "../../../rig/sandbox.ts";
import { inShell, type ShellOptions } from "./shell.ts";
import { treeOf } from "./tree.ts";
import { patience } from "../../../rig/patience.ts";

/** One way's performance of a story. */
export interface Stage {
  readonly way: Way;
  readonly user: Sandbox;
  /** Runs the program and writes down all that came of it. */
  run(args: readonly string[], options?: Parameters<Sandbox["run"]>[2]): Promise<Result>;
  /** The same with a shell script in which `"$@"` is the program. */
  shell(script: string, args: readonly string[], options?: ShellOptions): Promise<Result>;
  /** Writes down what was learnt in another manner. */
  note(what: string, learnt: unknown): void;
}

/** Files that say when, where and by whom they were written or what a minute brought, databases, and file numbers. */
const OWN_WORDS =
  /^(readings\.json|supervisor\.log|locks\/supervisor\.lock|state\/(sqlite|threads\.json|history\/.*)|.*\.fake)$/;

/**
 * Plays a story in each way in which people start the program: what is said, how it ends and what is in the root
 * afterwards must be the same, byte for byte but for process numbers, times and the folder it happened in.
 */
export function inAllWays(
  name: string,
  play: (stage: Stage) => Promise<void>,
  options: SandboxOptions = {},
): void {
  describe(name, () => {
    const told = new Map<Way, string>();

    test.each(ways)("started by %s", { timeout: patience(90_000) }, async (way) => {
      // As an interpreter Bun keeps a cache wherever HOME says.
      const env = { BUN_RUNTIME_TRANSPILER_CACHE_PATH: "0", ...options.env };
      const user = sandbox({ ...options, env });
      const parts: string[] = [];
      const stage: Stage = {
        way,
        user,
        async shell(script, args, more) {
          const result = await inShell(user, script, way, args, more);
          parts.push(`$ ${script} # agentlb ${args.join(" ")}`, result.stdout, result.stderr, endOf(result));
          return result;
        },
        async run(args, more) {
          const result = await user.run(way, args, more);
          parts.push(`$ agentlb ${args.join(" ")}`, result.stdout, result.stderr, endOf(result));
          return result;
        },
        note: (what, learnt) => void parts.push(`${what}: ${JSON.stringify(learnt)}`),
      };
      await play(stage);
      parts.push(
        treeOf(user.home, (path) => OWN_WORDS.test(path.replace(/^\.agentlb\//, "")) || isCache(path)),
      );
      told.set(way, plain(parts.join("\n"), user));
    });

    test("and all ways tell the same", () => {
      const [first, ...others] = told.values();
      for (const other of others) expect(other).toBe(first);
    });
  });
}

/** A text without what differs from run to run. */
export function plain(text: string, user: Pick<Sandbox, "dir">): string {
  return text.replaceAll(user.dir, "<dir>")
    .replace(/(trash\/[^/\s]+-)[0-9a-f]{8}\b/g, "$1<letters>")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "<time>")
    .replace(/┆ \d\ds /g, "┆ <age> ")
    .replace(/\b1[789]\d{8}\b/g, "<seconds>")
    .replace(/\b1[789]\d{11}\b/g, "<milliseconds>")
    .replace(/("start":)"\d+"/g, '$1"<start>"')
    .replace(/("pid":)\d+/g, "$1<pid>")
    .replace(/\b(pid"?:? )\d+/g, "$1<pid>");
}

/** What runtimes keep in a user's HOME for themselves. */
function isCache(path: string): boolean {
  return /(^|\/)\.(bun|cache|npm)(\/|$)/.test(path);
}

function endOf({ code, signal }: Result): string {
  return signal === null ? `exit ${code}` : `signal ${signal}`;
}

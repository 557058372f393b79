import { EXIT, Failure } from "../../core/text/failure.ts";
import { faceFrom } from "../../core/text/screen/face.ts";
import type { LeftWish } from "../../core/pick/left.ts";
import type { Config } from "../../core/config/config.ts";
import { loadConfig } from "../../app/config/load.ts";
import { boundSessions, checkBound } from "../../app/pick/bound.ts";
import { knownAlias, openRoot } from "../../app/session/sessions.ts";
import type { Layout } from "../../core/system/layout.ts";
import type { Host } from "../../io/host.ts";
import type { CommandWith } from "../declaration/command.ts";
import { JSON_OPTION, UNBOUND } from "../declaration/shared_options.ts";
import { timeoutIn } from "../declaration/span.ts";

/** The option of a wish for a session that has so much left. */
export const LEFT_OPTION = { value: "<percent>", about: "at least so much in each of its windows" } as const;

const OPTIONS = {
  any: { about: "any session that costs no money (as without an alias)" },
  left: LEFT_OPTION,
  timeout: { value: "<span>", about: "at most so long: 90s, 2h, 1h30m" },
  unbound: UNBOUND,
  json: JSON_OPTION,
} as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "wait",
  usage: "[<alias> | --any] [--left <percent>] [--timeout <span>] [--unbound] [--json]",
  summary: "wait until a session has something left",
  help: [
    "Waits until the session, or any that costs no money, may be picked; with --left until each of its windows has " +
    "at least so much left. It wakes when the supervisor has news and when a window resets, and starts the supervisor " +
    "if need be. A terminal shows a countdown.",
    "Exit codes: 0 yes, 4 waiting can't help (no session, or none that anything but you can change), 6 time out.",
  ],
  options: OPTIONS,
  examples: ["agentlb wait && agentlb -- exec 'go on'", "agentlb wait work --left 20 --timeout 2h"],
  takes: { what: "session" },
  async run(host, { words: [alias], options }) {
    if (alias !== undefined && options.any) {
      throw new Failure("usage", "An alias and --any can't be used together");
    }
    const timeoutMs = options.timeout === undefined ? Infinity : timeoutIn(options.timeout);
    const layout = openRoot(host);
    const config = await loadConfig(host, layout);
    const wish = await wishIn(host, layout, config, alias, options);
    const [{ awaitLeft }, { countdownLine, leftJson, leftLine }, { textWidth }, { cutEnd }] = await Promise
      .all([
        import("../../app/pick/await_left.ts"),
        import("../view/thread/left.ts"),
        import("../../app/pick/report.ts"),
        import("../../core/text/screen/shorten.ts"),
      ]);
    const width = host.isTerminal.error ? await textWidth() : undefined;
    let shown = "";
    const show = (text: string) => {
      if (width === undefined) return;
      // A line that wraps could not be drawn over.
      const face = faceFrom(host.env, host.screenSize);
      const line = cutEnd(text, face.columns - 1, width, face);
      if (line === shown) return;
      host.err(`\r\x1b[K${line}`);
      shown = line;
    };
    const deadline = host.clock.monotonic() + timeoutMs;
    const waited = await awaitLeft(host, layout, config, wish, deadline, (found) => {
      show(countdownLine(found, host.clock.now()));
    });
    if (shown !== "") show("");
    if (options.json) host.out(leftJson("agentlb.wait/1", waited, wish));
    else if (waited.answer === "yes") host.out(`${leftLine(waited, wish, host.clock.now())}\n`);
    else host.err(`agentlb: ${leftLine(waited, wish, host.clock.now())}\n`);
    if (waited.answer === "timeout") return EXIT.timedOut;
    return waited.answer === "yes" ? 0 : EXIT.nothingToPick;
  },
};

/**
 * The wish for a session, by its alias or the email of its login, that has so much left; without a name for any that this
 * folder is bound to. Throws Failure.
 */
export async function wishIn(
  host: Host,
  layout: Layout,
  config: Config,
  target: string | undefined,
  { left, unbound }: { readonly left?: string; readonly unbound?: true },
): Promise<LeftWish> {
  if (left !== undefined && !(/^\d{1,3}$/.test(left) && Number(left) <= 100)) {
    throw new Failure("usage", `--left takes a whole number from 0 to 100, not '${left}'`);
  }
  const alias = target === undefined || target === "" ? undefined : knownAlias(host, layout, target);
  const bound = unbound ? undefined : await boundSessions(host, layout, config);
  if (alias !== undefined) checkBound(bound, alias);
  return { alias, among: bound?.aliases, least: left === undefined ? undefined : Number(left) };
}

import { loadConfig } from "../../app/config/load.ts";
import { aliasesOf, knownAlias, openRoot } from "../../app/session/sessions.ts";
import type { ShareSource } from "../../app/sharing/source.ts";
import type { Sharing } from "../../app/sharing/share.ts";
import { homeOf, type Layout } from "../../core/system/layout.ts";
import { errnoOf, EXIT, Failure, wordsOf } from "../../core/text/failure.ts";
import { printable } from "../../core/text/printable.ts";
import type { Host } from "../../io/host.ts";
import type { CommandWith } from "../declaration/command.ts";
import { JSON_OPTION } from "../declaration/shared_options.ts";
import type { ShareOutput, UnshareOutput } from "../output/share.ts";

const OPTIONS = {
  "dry-run": { about: "say what would be done; change nothing" },
  undo: { about: "remove the links, and give each session its own settings back" },
  "replace-link": { about: "put settings made for the session in the place of a config.toml that is a link" },
  json: JSON_OPTION,
} as const;

export const command: CommandWith<typeof OPTIONS> = {
  name: "share",
  usage: "[<alias>...] [--dry-run] [--undo] [--json]",
  summary: "use your words, skills, rules and settings of ~/.codex in sessions",
  help: [
    "Links AGENTS.md, prompts, skills and rules of ~/.codex into sessions, and makes their config.toml from yours: " +
    "model, reasoning, approval, sandbox, MCP servers, profiles, trusted folders and the like, never what concerns " +
    "logins, providers or where Codex keeps its files. It is made anew before a run when yours has changed. What a " +
    "session has of its own stays, and its own settings win; they move to config.local.toml.",
    "Without an alias: all sessions, and those made from now on.",
  ],
  options: OPTIONS,
  exclusive: [["undo", "replace-link"]],
  examples: ["agentlb share --dry-run", "agentlb share work", "agentlb share --undo work"],
  takes: { what: "session", most: Infinity },
  async run(host, { words, options }) {
    const layout = openRoot(host);
    const config = await loadConfig(host, layout);
    const { checkSource, keepAnswer, shareSource } = await import("../../app/sharing/source.ts");
    const source = shareSource(host, config);
    if (!options.undo) checkSource(source);
    const aliases = words.length === 0
      ? aliasesOf(layout)
      : words.map((word) => knownAlias(host, layout, word));
    const { "dry-run": isDry = false, undo, json: isJson } = options;
    if (words.length === 0 && !isDry) keepAnswer(layout, !undo);
    return undo
      ? await unshare(host, layout, aliases, isDry, isJson ?? false)
      : await share(host, layout, aliases, source, {
        isDry,
        replacesLink: options["replace-link"] ?? false,
        isJson: isJson ?? false,
      });
  },
};

interface ShareWish {
  readonly isDry: boolean;
  readonly replacesLink: boolean;
  readonly isJson: boolean;
}

async function share(
  host: Host,
  layout: Layout,
  aliases: readonly string[],
  source: ShareSource,
  wish: ShareWish,
): Promise<number> {
  const [{ shareHome }, { sharedSession, shareText }] = await Promise.all([
    import("../../app/sharing/share.ts"),
    import("../view/share.ts"),
  ]);
  let hasFailed = false;
  const sessions = [];
  for (const alias of aliases) {
    const home = homeOf(layout, alias);
    const found = await tried<Sharing>(host, alias, async () => {
      const shared = await shareHome(host, home, source, wish);
      if (shared.settings.is !== "link" || !await wantsReplaced(host, alias, wish)) return shared;
      return await shareHome(host, home, source, { ...wish, replacesLink: true });
    });
    if ("failed" in found) hasFailed = true;
    else {
      for (const note of found.settings.notes) host.err(`agentlb: note: ${printable(note)}\n`);
    }
    const shown = "failed" in found ? { skipped: found.failed } : found;
    sessions.push(sharedSession(alias, home, shown, wish.isDry));
  }
  const output: ShareOutput = {
    schema: "agentlb.share/1",
    from: source.folder,
    isDryRun: wish.isDry,
    sessions,
  };
  if (wish.isJson) host.out((await import("../output/share.ts")).shareJson(output));
  else host.out(shareText(output));
  return hasFailed ? EXIT.failed : 0;
}

async function unshare(
  host: Host,
  layout: Layout,
  aliases: readonly string[],
  isDry: boolean,
  isJson: boolean,
): Promise<number> {
  const [{ unshareHome }, { unsharedSession, unshareText }] = await Promise.all([
    import("../../app/sharing/unshare.ts"),
    import("../view/share.ts"),
  ]);
  let hasFailed = false;
  const sessions = [];
  for (const alias of aliases) {
    const home = homeOf(layout, alias);
    const found = await tried(host, alias, async () => ({ undone: await unshareHome(host, home, isDry) }));
    if ("failed" in found) hasFailed = true;
    sessions.push(unsharedSession(alias, home, "failed" in found ? { skipped: found.failed } : found.undone));
  }
  const output: UnshareOutput = { schema: "agentlb.unshare/1", isDryRun: isDry, sessions };
  if (isJson) host.out((await import("../output/share.ts")).unshareJson(output));
  else host.out(unshareText(sessions, isDry));
  return hasFailed ? EXIT.failed : 0;
}

/** Runs one session's part; a failure is told and leaves the others alone. */
async function tried<T>(
  host: Host,
  alias: string,
  action: () => Promise<T>,
): Promise<T | { readonly failed: string }> {
  try {
    return await action();
  } catch (error) {
    // A full or read-only disk may be that of one session.
    if (!(error instanceof Failure) && errnoOf(error) === undefined) throw error;
    const failed = wordsOf(error);
    host.err(`agentlb: error: "${printable(alias)}": ${printable(failed)}\n`);
    if (error instanceof Failure && error.hint !== undefined) {
      host.err(`agentlb: hint: ${printable(error.hint)}\n`);
    }
    return { failed };
  }
}

async function wantsReplaced(host: Host, alias: string, { isDry, isJson }: ShareWish): Promise<boolean> {
  if (isDry || isJson || !host.isTerminal.input || !host.isTerminal.error) return false;
  const question = `agentlb: config.toml of "${printable(alias)}" is a link. ` +
    "Replace the link by settings made for the session? [y/N] ";
  return /^y(es)?$/i.test((await host.ask(question)).trim());
}

import { completionText } from "../../core/completion/answer.ts";
import { type Candidate, type Completion } from "../../core/completion/candidate.ts";
import type { CompletionRequest } from "../../core/completion/request.ts";
import { knownAliases, knownEmails } from "../../app/completion/aliases.ts";
import { pathsOf } from "../../app/session/sessions.ts";
import type { Host } from "../../io/host.ts";
import type { Commands } from "../declaration/command.ts";
import { fittingWords, type Known } from "./words.ts";

/** The answer to a shell that asks how a command line of `agentlb` may go on; nothing when that cannot be told. */
export async function answerTo(
  host: Host,
  asked: () => CompletionRequest,
  commands: Commands,
): Promise<string> {
  try {
    const request = asked();
    return completionText(request, await completed(host, request, commands));
  } catch {
    return "";
  }
}

async function completed(
  host: Host,
  { before, current }: CompletionRequest,
  commands: Commands,
): Promise<Completion> {
  const [first, ...rest] = before;
  if (first === "cap" || first === "clb") {
    const { fittingPoolWords } = await import("../pool/completion.ts");
    return fittingPoolWords(first, rest, current);
  }
  return await fittingWords(before, current, commands, knownTo(host));
}

function knownTo(host: Host): Known {
  const layout = () => pathsOf(host);
  const aliases = (): Candidate[] => knownAliases(layout());
  return {
    aliases,
    emails: () => knownEmails(aliases()),
    async removed() {
      const { knownRemoved } = await import("../../app/completion/trash.ts");
      return knownRemoved(layout());
    },
    async backups() {
      const { knownBackups } = await import("../../app/completion/backups.ts");
      return knownBackups(layout());
    },
    async threads() {
      const { knownThreads } = await import("../../app/completion/threads.ts");
      return knownThreads(host, layout());
    },
    async settings() {
      const { ALIAS_KEYS, ALIAS_TABLE, CONFIG_KEYS, pathOf } = await import(
        "../../core/config/config_keys.ts"
      );
      const settings = [...CONFIG_KEYS, ...ALIAS_KEYS].map((key) => ({
        text: pathOf(key),
        about: key.effect,
        values: key.oneOf ?? (typeof key.default === "boolean" ? ["true", "false"] : []),
      }));
      const own = (text: string) => text.startsWith(`${ALIAS_TABLE}.`);
      return [
        ...settings.filter(({ text }) => !own(text)),
        ...aliases().flatMap((alias) =>
          settings.filter(({ text }) => own(text)).map((setting) => ({
            ...setting,
            text: `alias.${alias.text}${setting.text.slice(ALIAS_TABLE.length)}`,
          }))
        ),
      ];
    },
  };
}

import { isBackupName } from "../../core/backup/manifest.ts";
import { debugQuote } from "../../core/shell/quote.ts";
import { printable } from "../../core/text/printable.ts";
import { Failure } from "../../core/text/failure.ts";
import { lookAtRoot, openRoot } from "../../app/session/sessions.ts";
import type { Host } from "../../io/host.ts";
import type { Layout } from "../../core/system/layout.ts";
import type { Command, CommandWith } from "../declaration/command.ts";
import { JSON_OPTION } from "../declaration/shared_options.ts";

const CREATE_OPTIONS = {
  "with-credentials": { about: "also the logins, as files that only you can read" },
  json: JSON_OPTION,
} as const;

const create: CommandWith<typeof CREATE_OPTIONS> = {
  name: "backup create",
  usage: "[--with-credentials] [--json]",
  summary: "copy the settings and what is remembered into a new folder",
  help: [
    "Copies config.toml, the settings of every session, and what agentlb remembers (picks, pauses, bindings, past " +
    "readings) into a new folder below backups, with the digest of every file. Threads are not copied, and logins only " +
    "with --with-credentials.",
    "A copied login is good until Codex renews the one in use, which it does within days: then the copy is dead.",
  ],
  options: CREATE_OPTIONS,
  examples: ["agentlb backup create"],
  async run(host, { options }) {
    const layout = openRoot(host);
    const [{ createBackup }, { backupJson, backupText, loginsIn }] = await Promise.all([
      import("../../app/backup/create.ts"),
      import("../view/upkeep/backup.ts"),
    ]);
    await finish(host, layout);
    const made = await createBackup(host, layout, options["with-credentials"] ?? false);
    host.out(options.json ? backupJson(made) : backupText(made));
    for (const path of made.leftOut) {
      host.err(`agentlb: note: not in the backup, because a link leads there: ${printable(path, 4096)}\n`);
    }
    const logins = loginsIn(made);
    if (logins.length > 0) {
      host.err(
        `agentlb: warning: ${made.folder} holds logins (${
          logins.map((alias) => printable(alias)).join(", ")
        }): ` +
          "whoever reads them can use these accounts. Don't copy them to other machines, and delete the folder when " +
          "you no longer need it. Each is dead as soon as Codex renews the one in use\n",
      );
    }
    return 0;
  },
};

const LIST_OPTIONS = { json: JSON_OPTION } as const;

const list: CommandWith<typeof LIST_OPTIONS> = {
  name: "backup list",
  usage: "[--json]",
  summary: "list the backups, and whether each is whole",
  help: [
    "Lists all backups, the oldest first. Every file is compared with its digest; a damaged backup is named.",
  ],
  options: LIST_OPTIONS,
  examples: [],
  async run(host, { options: { json } }) {
    const layout = lookAtRoot(host);
    const [{ backupsOf }, { backupsJson, backupsText }] = await Promise.all([
      import("../../app/backup/load.ts"),
      import("../view/upkeep/backup.ts"),
    ]);
    const backups = backupsOf(layout);
    host.out(json ? backupsJson(layout.backups, backups) : backupsText(backups, host.clock.now()));
    if (backups.length === 0) host.err("agentlb: there is no backup; to make one: agentlb backup create\n");
    return 0;
  },
};

const RESTORE_OPTIONS = {
  "with-credentials": { about: "also the logins that it holds" },
  force: { about: "put logins back although they may be dead, or another is there" },
  json: JSON_OPTION,
} as const;

const restore: CommandWith<typeof RESTORE_OPTIONS> = {
  name: "backup restore",
  usage: "<backup> [--with-credentials] [--force] [--json]",
  summary: "put the files of a backup back",
  help: [
    "Puts the files of a backup back, after all of them were compared with their digests. What it replaces is kept as a " +
    "new backup, which is named. Files that the backup does not hold stay as they are.",
    "A login is put back with --with-credentials only, and not when its account has been renewed since or another one " +
    "is logged in: Codex's tokens can be used once, so an old login is a dead one. --force does it all the same, but not " +
    "while a Codex has the session open.",
  ],
  options: RESTORE_OPTIONS,
  examples: ["agentlb backup restore 20261120T120000Z-1f0c"],
  takes: { what: "backup", isNeeded: true },
  async run(host, { words: [name = ""], options }) {
    const layout = openRoot(host);
    const [{ restoreBackup }, { backupsOf }, { restoredJson, restoredText }] = await Promise.all([
      import("../../app/backup/restore.ts"),
      import("../../app/backup/load.ts"),
      import("../view/upkeep/backup.ts"),
    ]);
    const wish = { withLogins: options["with-credentials"] ?? false, isForced: options.force ?? false };
    if (wish.isForced && !wish.withLogins) {
      throw new Failure("usage", "--force is for logins: it needs --with-credentials");
    }
    if (!isBackupName(name) || !backupsOf(layout).some((backup) => backup.name === name)) {
      throw new Failure("usage", `There is no backup called ${debugQuote(name)}`, {
        hint: "to see all backups: agentlb backup list",
      });
    }
    await finish(host, layout);
    const restored = await restoreBackup(host, layout, name, wish);
    if (wish.isForced) {
      host.err(
        "agentlb: warning: a login that was renewed since is dead: if Codex refuses it, log in again\n",
      );
    }
    host.out(options.json ? restoredJson(restored) : restoredText(restored));
    return 0;
  },
};

/** Finishes a restore that was cut short, and says so. */
async function finish(host: Host, layout: Layout): Promise<void> {
  const { finishRestore, refusalWords } = await import("../../app/backup/restore.ts");
  const finished = await finishRestore(host, layout);
  if (finished === undefined) return;
  host.err(
    `agentlb: note: finished restoring ${finished.backup}, which was cut short; ` +
      `what was there before is in ${finished.before}\n`,
  );
  for (const refused of finished.refused) {
    host.err(`agentlb: note: this login stays as it is: ${printable(refusalWords(refused))}\n`);
  }
}

export const command: Command = {
  name: "backup",
  usage: "create | list | restore <backup>",
  help: ["Keeps copies of settings and state below the root, and puts them back."],
  options: {},
  examples: [],
  commands: [create, list, restore],
  async run(host, call, commands) {
    const { pageOf } = await import("../declaration/help.ts");
    host.out(await pageOf(call.command, commands));
    return 0;
  },
};

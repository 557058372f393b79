import type { Skill } from "./skill.ts";

/**
 * SKILL.md: describes the skill to people and to agents. `place` is its folder as the user types it, so that the
 * commands work from the user's folder.
 */
export function pageText(skill: Skill, place = `.codex/skills/${skill.folder}`): string {
  const { flavour, folder, description, role } = skill;
  const { name, prefix, configName, commands, authStrategies } = flavour;
  const run = `bash ${place}/scripts/${name}`;
  const cycles = authStrategies.length > 1;
  const listed = COMMANDS.filter((each) => commands.includes(each.name));
  const width = Math.max(...listed.map(({ words }) => words.length));
  return `---
name: ${folder}
description: ${description}
---

# ${folder}

\`${name}\` is asked once or twice for every worker that is started: which home its \`CODEX_HOME\` is copied from
(\`pick\`), and which auth file it logs in with (\`pick-auth\`). It prints one path; what it has to say stands on stderr.
It never renews a login or logs out, it logs in only when a person runs \`add NAME\`, which puts a new auth file into
\`auth_team_dir\`, and no credential is ever printed.

## Configure

Settings stand in \`scripts/${configName}\`, every key explained; a variable (\`${prefix}…\`) wins over its key.

- \`sources\`: the homes to copy from, such as \`["~/.codex", "~/.codex-work"]\`. None named: \`~/.codex\`.
- \`auth_team_dir\`: the folder with one auth file per account, of any name; \`auth_team_glob\` says which files count.
- \`state_file\`: where counts and turns are kept (\`share/state.json\`).
- \`strategy\`: \`round_robin\` gives the homes in turn, \`hash\` always the same one for the same name of a worker.
${
    cycles
      ? AUTH_STRATEGY
      : ""
  }- \`balanced_join\`: a new auth file starts level with the others (\`min\`), or gets all workers until it has caught up
  (\`zero\`).

\`where\` tells which settings are in use and where they were found. \`AUTH_TEAM_DIR\` stands for \`auth_team_dir\` as well, and
\`${prefix}DEBUG=1\` says on stderr what was picked and how. \`${prefix}BIN\` names another program for \`scripts/${name}\` to start.

## Commands

\`\`\`sh
${listed.map(({ words, does }) => `${run} ${words.padEnd(width)}  # ${does}`).join("\n")}
\`\`\`
${elsewhere(skill)}
${commands.includes("watch-team") ? STATUS + WATCH : STATUS}
\`scripts/${name}\` is a script that callers run with bash, and it starts the program beside it: \`${name}.bin\`, or \`${name}.js\` with
Deno, Bun or Node. The program itself can't take its name.

Exit code 0: done. 1: it could not be done, and stderr says why. 2: wrong usage.

## tmux-workflow integration

\`${skill.switchedOnBy}\` in its settings turns it on. It looks for this skill beside itself, then in
\`~/.codex/skills\`; \`${skill.overrides[0]}\` there, or the variable \`${
    skill.overrides[1]
  }\`, names another place.

At every start and resume of a worker it then asks the ${role}

1. \`pick\` for the home to copy, as \`TWF_CODEX_HOME_SRC\`, unless that is set already;
2. \`pick-auth\` for the auth file, where a team directory is configured, and copies it to the worker home's \`auth.json\`.

\`TWF_AUTH_SRC\` names an auth file instead, \`TWF_WORKERS_DIR\` the folder of the worker homes (\`~/.codex-workers\`).${skill.callerKeys}

Once the last worker has been stopped it calls \`reset-state\`, and counting starts anew.
`;
}

const AUTH_STRATEGY =
  `- \`auth_strategy\`: \`balanced\` gives the auth file that was given out least, \`team_cycle\` the one that the team is
  on, until it moves on, \`limits\` the one whose account lasts longest by what is known of it.
`;

const STATUS =
  `\`status\` takes \`--glob\` (which files of TEAM_DIR), \`--timeout\`, \`--pre-send-wait\`, \`--enter-delay\` (seconds),
\`--no-disable-mcp\`, \`--print-raw\`; \`--via app-server\` asks without a terminal, \`--json\` and \`--table\` print it otherwise.
`;

const WATCH =
  `\`watch-team\` takes \`--registry\`, \`--interval\`, \`--grace\`, \`--status-timeout\` (seconds), \`--max-retries\`, \`--needle\` (the words
of the banner at the limit), \`--message\` (what workers are told afterwards), \`--once\`, and those of \`status\`. It finds the
team in \`AITWF_REGISTRY\`, else \`registry.json\` in \`AITWF_DIR\`, else beside itself; it restarts workers with \`CAP_TWF\`, else the
\`twf\` beside itself. \`CAP_STATUS_SESSION_PREFIX\` names its tmux session. \`auth-current\` and \`auth-advance\` take
\`--team-dir\` and \`--glob\`.
`;

const WORKER = "--worker NAME --base BASE";

/** In the order in which they are used; a flavour has some of them. */
const COMMANDS: readonly { readonly name: string; readonly words: string; readonly does: string }[] = [
  { name: "where", words: "where", does: "the settings in use" },
  { name: "list", words: "list", does: "the homes to copy from" },
  { name: "pick", words: `pick ${WORKER}`, does: "a home" },
  { name: "pick-auth", words: `pick-auth ${WORKER}`, does: "an auth file" },
  { name: "auth-current", words: "auth-current", does: "the auth file that the team is on" },
  { name: "auth-advance", words: "auth-advance", does: "moves the team on; the new one" },
  { name: "status", words: "status TEAM_DIR", does: "what each account has left" },
  { name: "watch-team", words: "watch-team TEAM_DIR", does: "moves on by itself when one is used up" },
  { name: "reset-state", words: "reset-state", does: "forgets all counts" },
];

function elsewhere({ otherPlace, folder, flavour }: Skill): string {
  if (otherPlace === undefined) return "";
  return `
Where ai-team-workflow brought it along: \`bash .codex/skills/${otherPlace}/${folder}/scripts/${flavour.name} …\`.
`;
}

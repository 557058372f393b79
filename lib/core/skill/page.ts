import type { Skill } from "./skill.ts";

/** SKILL.md: what the skill is, for people and for the agents that they let use it. */
export function pageText(skill: Skill): string {
  const { flavour, folder, description, role } = skill;
  const { name, prefix, configName, commands, authStrategies } = flavour;
  const run = `bash .codex/skills/${folder}/scripts/${name}`;
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
It never logs in, out, or renews a login, and no credential is ever printed.

## Configure

Settings stand in \`scripts/${configName}\`, every key explained; a variable (\`${prefix}…\`) wins over its key.

- \`sources\`: the homes to copy from, such as \`["~/.codex", "~/.codex-work"]\`. None named: \`~/.codex\`.
- \`auth_team_dir\`: the folder with one auth file per account, of any name; \`auth_team_glob\` says which files count.
- \`strategy\`: \`round_robin\` gives the homes in turn, \`hash\` always the same one for the same name of a worker.
${
    cycles
      ? AUTH_STRATEGY
      : ""
  }- \`balanced_join\`: a new auth file starts level with the others (\`min\`), or gets all workers until it has caught up
  (\`zero\`).

\`where\` tells which settings are in use and where they were found.

## Commands

\`\`\`sh
${listed.map(({ words, does }) => `${run} ${words.padEnd(width)}  # ${does}`).join("\n")}
\`\`\`
${elsewhere(skill)}
Exit code 0: done. 1: it could not be done, and stderr says why. 2: wrong usage.

## tmux-workflow integration

\`${skill.switchedOnBy}\` in its settings turns it on. It looks for this skill beside itself, then in
\`~/.codex/skills\`; \`${skill.overrides[0]}\` there, or the variable \`${
    skill.overrides[1]
  }\`, names another place.

At every start and resume of a worker it then asks the ${role}

1. \`pick\` for the home to copy, as \`TWF_CODEX_HOME_SRC\`, unless that is set already;
2. \`pick-auth\` for the auth file, where a team directory is configured, and copies it to the worker home's \`auth.json\`.

Once the last worker has been stopped it calls \`reset-state\`, and counting starts anew.
`;
}

const AUTH_STRATEGY =
  `- \`auth_strategy\`: \`balanced\` gives the auth file that was given out least, \`team_cycle\` the one that the team is
  on, until it moves on, \`limits\` the one whose account lasts longest by what is known of it.
`;

const WORKER = "--worker NAME --base BASE";

/** In the order of a day; a flavour has some of them. */
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

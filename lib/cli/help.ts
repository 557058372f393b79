import { POLICIES } from "../core/pick/policy.ts";

/** What a command looks like and does, for `--help`, `help <command>` and the usage lines of errors. */
interface Page {
  readonly usage: string;
  readonly text: string;
}

const DEMANDS = `  --policy <policy>       ${POLICIES.join(", ")}: instead of sessions.policy
  --prefer <alias>        this session whenever it may be picked
  --no-exhausted          exit with 4 rather than run a session that has nothing left`;

const RUN_OPTIONS = `  --cmd <command>         run this instead of runner.default_command
  --login-cmd <command>   log in with this instead of runner.login_command
  --print-command         print the command for a shell's eval; run nothing
  --shell <shell>         print it for sh, fish or powershell
  -- <args>...            given to the command as they are
  -h, --help              this help`;

const ROOT = `agentlb

Run Codex with isolated per-session CODEX_HOME and usage-aware session selection.

usage:
  agentlb [options] [-- <args>...]         run the session that has the most left
  agentlb new [<alias> | <email>]          run this session, made and logged in first if need be;
                                           without a name: the one that has the most left
  agentlb rr                               run the next session in turn
  agentlb last                             run the session that was run last
  agentlb pick [--json] [options]          print the best session's alias and home; run nothing
  agentlb status [--json] [--policy <p>]   show all sessions and which one would be picked
  agentlb login <alias> [--force]          log in again, or to another account
  agentlb rm <alias-or-email> [--force]    remove a session and its home
  agentlb pause <alias-or-email>           don't pick a session by itself any more
  agentlb unpause <alias-or-email>         pick it again
  agentlb why [<alias>] [--json]           what the choice rests on, and what would change it
  agentlb forecast [--json]                when each account runs dry, and when it comes back
  agentlb simulate [options]               try the policies on made-up work, or on that of the past
  agentlb supervisor start --background    keep limits fresh (picking starts it by itself)
  agentlb supervisor restart | stop
  agentlb config init [--force]            write config.toml with its defaults
  agentlb skill install cap | clb          put the picker for tmux workers among the skills of Codex
  agentlb skill remove cap | clb           put back what was there before
  agentlb help [<command>]
  agentlb --version

options:
${DEMANDS}
${RUN_OPTIONS}

files, below ~/.agentlb (or $AGENTLB_HOME):
  config.toml             settings
  sessions/<alias>/       the CODEX_HOME of a session
  status.json             limits and health of all sessions, written by the supervisor

exit codes:
  0 done   1 failed   2 wrong usage   4 no session to pick   5 login failed
  anything else is the exit code of the command that was run
`;

const SUPERVISOR = `agentlb supervisor

Keeps the limits of all sessions fresh in status.json, in the background. Picking a session starts it.

usage:
  agentlb supervisor start --background    start it
  agentlb supervisor restart               end it and start it
  agentlb supervisor stop                  end it; the renewal of a login is finished first
  agentlb supervisor daemon                be it, in the foreground; for service managers
`;

const SKILL = `agentlb skill

Puts cap or clb, which tell a keeper of tmux workers which home and which auth file a worker gets, where it looks for
them: among the skills of Codex.

usage:
  agentlb skill install cap | clb [--to <dir>] [--copy | --link] [--dry-run]
  agentlb skill remove cap | clb [--to <dir>] [--dry-run]
`;
const SIMULATE =
  `Runs made-up work under every policy, with accounts whose windows open, fill and reset as real ones do, and
with sessions that stay where they are until a turn is blocked. Every pick is made by what makes the real ones.
It looks at no session and starts nothing; the same seed gives the same answer everywhere.

columns:
  SERVED          of the work that was asked for
  OF BOUND        of what nobody could do better than, not even who knows what is to come
  BLOCKED         turns cut short by a full window
  AVOIDABLE       those of them that another account could have finished at that moment
  OF DOCUMENTED   avoidable ones, compared with those of the documented score
  SWITCHES        sessions begun anew on another account after a block

beside the policies there are: round-robin; predecessor, the documented score without seeing turns and resets;
documented, that score alone, which picks exhausted accounts as well

options:
  --scenario <name>       one scenario instead of all
  --seed <n>              other chance than that of seed 1
  --seeds <n>,<n>…        means over several seeds
  --seeds-from <hex>      means over 20 seeds: the first four bytes each of SHA-256("<hex> 0") to ("<hex> 19")
  --history               the recorded use of your accounts instead of made-up work
  --json                  print an object, with the figures of each seed
  --markdown              print a line per scenario: of bound, avoidable blocks, and those compared`;

const PAGES: ReadonlyMap<string, Page> = new Map([
  ["", { usage: "agentlb [options] [-- <args>...]", text: ROOT }],
  page(
    "new",
    "[<alias> | <email>] [options] [-- <args>...]",
    `Runs the session of that alias or login. An alias that does not exist is made, and logged in to first.
Without a name, or with an empty one, it picks the session that has the most left.

options:
${RUN_OPTIONS}

options without a name:
${DEMANDS}`,
  ),
  page(
    "rr",
    "[options] [-- <args>...]",
    `Runs the sessions in turn, in the order of their aliases; paused ones are left out.\n\noptions:\n${RUN_OPTIONS}`,
  ),
  page(
    "last",
    "[options] [-- <args>...]",
    `Runs the session that was run last once more.\n\noptions:\n${RUN_OPTIONS}`,
  ),
  page(
    "pick",
    "[--json] [options]",
    `Picks as \`agentlb\` does and prints "<alias><tab><home>"; runs nothing. The session counts as busy for a
minute, or until a Codex is started in it.

options:
  --json                  print an object instead
${DEMANDS}`,
  ),
  page(
    "status",
    "[--json] [--policy <policy>]",
    `Shows all sessions, what each has left, and the one that would be picked. Starts nothing.

options:
  --json              print an object instead of a table
  --policy <policy>   ${POLICIES.join(", ")}: instead of sessions.policy`,
  ),
  page(
    "login",
    "<alias> [--force] [--login-cmd <command>]",
    `Logs in again. A login that works stays in place until the new one has succeeded.

options:
  --force                 don't ask when the new login is another account
  --login-cmd <command>   log in with this instead of runner.login_command`,
  ),
  page(
    "rm",
    "<alias-or-email> [--force]",
    `Removes a session: its home with its login, and what is remembered of it.

options:
  --force       even while a Codex process has it open`,
  ),
  page(
    "pause",
    "<alias-or-email>",
    `From now on the session is not picked by itself, nor run in turn; by its name it can still be run. Other
sessions are picked as ever. Undone by: agentlb unpause <alias-or-email>`,
  ),
  page("unpause", "<alias-or-email>", "The session is picked again."),
  page(
    "why",
    "[<alias>] [--json] [--policy <policy>] [--prefer <alias>]",
    `Shows what the pick that would be made now rests on, session by session, and the smallest changes that would lead
to another: how much more or less left, or how many turns more or fewer. With an alias only what concerns it.

options:
  --json              print an object instead of a table
  --policy <policy>   ${POLICIES.join(", ")}: instead of sessions.policy
  --prefer <alias>    as if this session were preferred`,
  ),
  page(
    "forecast",
    "[--json]",
    `Shows when each account runs dry if it is used as it was in the last hours (short windows) or days (long ones),
the interval that holds the true time four times in five, and when its windows reset. It rests on what the supervisor
has written down; until that reaches back some hours nothing is told.

options:
  --json   print an object instead of a table`,
  ),
  page(
    "simulate",
    "[--scenario <name> | --history] [--json] [options]",
    SIMULATE,
  ),
  ["supervisor", { usage: "agentlb supervisor start --background | restart | stop", text: SUPERVISOR }],
  ["supervisor start", { usage: "agentlb supervisor start --background", text: SUPERVISOR }],
  ["supervisor restart", { usage: "agentlb supervisor restart", text: SUPERVISOR }],
  ["supervisor stop", { usage: "agentlb supervisor stop", text: SUPERVISOR }],
  ["supervisor daemon", { usage: "agentlb supervisor daemon", text: SUPERVISOR }],
  page("config", "init [--force]", "See: agentlb help config init"),
  page(
    "config init",
    "[--force]",
    `Writes config.toml with every setting, its default and what it does.

options:
  --force       replace a config.toml that exists`,
  ),
  ["skill", { usage: "agentlb skill install | remove", text: SKILL }],
  page(
    "skill install",
    "cap | clb [--to <dir>] [--copy | --link] [--dry-run]",
    `Puts codex-account-pool (cap) or codex-load-balancer (clb) into a folder of skills, with this program in it.
What it replaces is kept, and settings and counts stay. A newer program takes the place of an older one.

options:
  --to <dir>    the folder of skills; else .codex/skills or .agents/skills where .codex or .agents is here, else
                ~/.codex/skills; of ai-team-workflow the folder deps in there
  --copy        copy this program into the skill; that is the default
  --link        link it, so that the skill changes when the program does; the default for a compiled program below
                ~/.codex, which callers copy for each worker
  --dry-run     only say what would be done`,
  ),
  page(
    "skill remove",
    "cap | clb [--to <dir>] [--dry-run]",
    `Makes the folder of the skill what it was before the first install. What you changed since stays, and is named.

options:
  --to <dir>    the folder of skills; else the same as for the install
  --dry-run     only say what would be done`,
  ),
  page("help", "[<command>]", "Prints the help of a command."),
]);

/** The names of all commands that have a page; the first words are what `agentlb` is followed by. */
export const TOPICS: readonly string[] = [...PAGES.keys()].filter((topic) => topic !== "");

export function helpOf(topic: string): string {
  return pageOf(topic).text;
}

export function usageOf(topic: string): string {
  return pageOf(topic).usage;
}

function pageOf(topic: string): Page {
  return PAGES.get(topic) ?? PAGES.get("")!;
}

function page(topic: string, parameters: string, text: string): [string, Page] {
  const usage = `agentlb ${topic} ${parameters}`.trimEnd();
  return [topic, { usage, text: `agentlb ${topic}\n\nusage: ${usage}\n\n${text}\n` }];
}

/** Severity of a finding: a note needs no action, a fault needs a repair. */
export type Severity = "note" | "fault";

interface Check {
  readonly severity: Severity;
  /** The finding in general terms, for the page of checks. */
  readonly about: string;
  /** The advice. `%` stands for the alias, file or command concerned. */
  readonly cure: string;
}

/** Every check of `agentlb doctor`. A new one needs a row here, its facts in a file of this room, and a row in docs/doctor.md. */
export const CHECKS = {
  "codex-found": {
    severity: "note",
    about: "where Codex is, and its version",
    cure: "nothing to do",
  },
  "codex-missing": {
    severity: "fault",
    about: "no Codex is found",
    cure:
      "install Codex (npm install -g @openai/codex), put it on PATH, or name it: agentlb config set supervisor.codex <path>",
  },
  "codex-mute": {
    severity: "fault",
    about: "Codex does not tell its version",
    cure: "run % and see what it says; install Codex again",
  },
  "codex-old": {
    severity: "fault",
    about: "Codex is older than the oldest version whose limits can be read",
    cure: "install a newer Codex, for instance: npm install -g @openai/codex@latest",
  },
  "codex-unknown": {
    severity: "fault",
    about: "what Codex says of its version is not understood, so it is treated as the oldest",
    cure: "install a released Codex, for instance: npm install -g @openai/codex@latest",
  },
  "codex-lacks": {
    severity: "note",
    about: "what this version of Codex lacks",
    cure: "to have it, install a newer Codex, for instance: npm install -g @openai/codex@latest",
  },
  "codex-new": {
    severity: "note",
    about: "Codex is newer than the newest version that agentlb was checked with",
    cure: "nothing to do while limits are read; else install a newer agentlb",
  },
  "codex-wrapped": {
    severity: "fault",
    about: "Codex is a wrapper that sets its own CODEX_HOME, so sessions are not used",
    cure: "name the Codex behind it: agentlb config set supervisor.codex <path>",
  },
  "tmux-missing": {
    severity: "note",
    about: "a pool of cap or clb is set up, and there is no tmux to watch its team in",
    cure: "to watch teams, install tmux",
  },
  "clock-wrong": {
    severity: "fault",
    about: "the clock is wrong, or was when something was written",
    cure: "set the clock of this machine; if it is right now, run: agentlb supervisor restart",
  },
  "supervisor-stopped": {
    severity: "note",
    about: "the supervisor is not running",
    cure: "nothing to do: picking a session starts it; or run: agentlb supervisor start --background",
  },
  "supervisor-disabled": {
    severity: "note",
    about: "the supervisor is switched off",
    cure: "to have fresh limits, unset AGENTLB_SUPERVISOR_DISABLED",
  },
  "supervisor-elsewhere": {
    severity: "note",
    about: "the supervisor runs where it can't be seen",
    cure: "nothing to do: what it publishes is used; stop it there to run one here",
  },
  "supervisor-failing": {
    severity: "fault",
    about: "the supervisor can read no account",
    cure: "mend what it lacks, then run: agentlb supervisor restart",
  },
  "supervisor-poorer": {
    severity: "fault",
    about: "the supervisor was started without something that is here",
    cure: "run here: agentlb supervisor restart",
  },
  "supervisor-codex": {
    severity: "note",
    about: "the supervisor runs another Codex than the one here",
    cure: "if that is not meant, run here: agentlb supervisor restart",
  },
  "supervisor-old": {
    severity: "note",
    about: "the supervisor is of an older version than this program",
    cure: "nothing to do: the next pick replaces it; or run: agentlb supervisor restart",
  },
  "supervisor-new": {
    severity: "note",
    about: "the supervisor is of a newer version than this program",
    cure: "use the newer agentlb here, too: see which -a agentlb",
  },
  "supervisor-second": {
    severity: "fault",
    about: "the supervisor of an earlier program looks after the same sessions",
    cure: "run: agentlb supervisor restart, which ends it",
  },
  "supervisor-pid": {
    severity: "note",
    about: "supervisor.pid names a process that is no supervisor",
    cure: "nothing to do: the next supervisor replaces it; or run: agentlb doctor --fix",
  },
  "supervisor-orphan": {
    severity: "fault",
    about: "an app-server has outlived its supervisor by more than a minute",
    cure: "run: agentlb supervisor start --background, which ends it when that loses no login",
  },
  "root-missing": {
    severity: "note",
    about: "there is no folder for sessions yet",
    cure: "make the first sessions: agentlb init",
  },
  "root-foreign": {
    severity: "fault",
    about: "a folder or file belongs to another user",
    cure: "run: chown -R %, or set AGENTLB_HOME to a folder of your own",
  },
  "root-open": {
    severity: "fault",
    about: "others may read a folder or file that holds logins",
    cure: "run: %",
  },
  "root-readonly": {
    severity: "fault",
    about: "the folder can't be written",
    cure: "make % writable, or set AGENTLB_HOME to another folder",
  },
  "config-broken": {
    severity: "fault",
    about: "config.toml can't be read, or holds a value that can't be used",
    cure: "correct %, or move it away and run: agentlb config init",
  },
  "config-odd": {
    severity: "fault",
    about: "config.toml holds something that is not understood",
    cure: "correct it in %",
  },
  "status-broken": {
    severity: "fault",
    about: "status.json can't be read",
    cure: "run: agentlb supervisor restart, which puts it aside; or remove %",
  },
  "state-broken": {
    severity: "fault",
    about: "a file of what is remembered can't be read",
    cure: "nothing is lost but what % remembers: the next pick puts it aside",
  },
  "file-odd": {
    severity: "fault",
    about: "something else is in the place of a file, or it is too large to be read",
    cure: "move % away",
  },
  "restore-unfinished": {
    severity: "fault",
    about: "a backup was being restored, and that was cut short",
    cure: "run: agentlb doctor --fix, which finishes it",
  },
  "session-none": {
    severity: "note",
    about: "there are no sessions",
    cure: "make the first sessions: agentlb init",
  },
  "login-missing": {
    severity: "fault",
    about: "nobody is logged in to a session",
    cure: "run: agentlb login %",
  },
  "login-unreadable": {
    severity: "fault",
    about: "the login of a session is not understood",
    cure: "run: agentlb login %",
  },
  "login-dead": {
    severity: "fault",
    about: "the service has refused the login of a session",
    cure: "run: agentlb login %",
  },
  "login-key": {
    severity: "note",
    about: "a session uses an API key, which costs money and has no limits to read",
    cure: "if that is not meant, run: agentlb login %",
  },
  "login-unneeded": {
    severity: "note",
    about:
      "a session has a model provider without OpenAI login: it may cost money, and has no limits to read",
    cure: "if that is not meant, correct model_provider in %",
  },
  "account-shared": {
    severity: "note",
    about: "two sessions use one account: what one uses is gone for the other",
    cure: "log in to another account: agentlb login %",
  },
  "account-changed": {
    severity: "note",
    about: "a session holds another account than the one whose limits are known",
    cure: "if that is not meant, run: agentlb login %",
  },
  "login-ignored": {
    severity: "fault",
    about: "a session has an auth file that its Codex does not read",
    cure: 'put cli_auth_credentials_store = "file" into %, or log in again with Codex there',
  },
  "login-keyring": {
    severity: "note",
    about: "a session keeps its login in a keyring: agentlb can't replace or move it",
    cure: 'to have it in a file, put cli_auth_credentials_store = "file" into % and log in again',
  },
  "login-held": {
    severity: "note",
    about: "a running Codex was started before the session got its login, and may use the one before",
    cure: "end it and start it again",
  },
  "home-shared": {
    severity: "fault",
    about: "one folder is the home of two sessions, or also the user's own home of Codex",
    cure: "remove one of them: agentlb rm %, which leaves the folder behind a link alone",
  },
  "home-managed": {
    severity: "note",
    about: "another program keeps an app-server in a session, and may renew its login",
    cure: "let one program look after it: end that app-server, or take the session away: agentlb rm %",
  },
  "codex-background": {
    severity: "fault",
    about: "Codex leaves background processes behind in a session",
    cure: "put daemon_auto_start = false under [features] of %",
  },
  "codex-running": {
    severity: "note",
    about: "Codex is running in a session",
    cure: "nothing to do",
  },
  "pool-config": {
    severity: "fault",
    about: "the settings of cap or clb can't be used",
    cure: "correct %, and look at what is used with: cap where",
  },
  "pool-empty": {
    severity: "fault",
    about: "the team directory holds no auth file",
    cure: "put auth files into %, or correct auth_team_dir and auth_team_glob",
  },
  "pool-auth": {
    severity: "fault",
    about: "an auth file of a team can't be used",
    cure: "log in again and replace %, or take it out of the team directory",
  },
} as const satisfies Record<string, Check>;

export type CheckName = keyof typeof CHECKS;

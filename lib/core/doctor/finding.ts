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

/** One finding and its advice. */
export interface Finding {
  readonly check: CheckName;
  readonly severity: Severity;
  /** The finding, without a full stop. */
  readonly what: string;
  readonly cure: string;
}

/** A finding of a check; `target` fills the `%` of its advice. */
export function finding(check: CheckName, what: string, target = ""): Finding {
  const { severity, cure } = CHECKS[check];
  return { check, severity, what, cure: cure.replace("%", () => target) };
}

/** Tells whether a user should repair something. */
export function hasFault(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === "fault");
}

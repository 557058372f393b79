import { join } from "node:path";
import { Failure } from "../text/failure.ts";
import { homeVariable, isFixed, pathsOn, type Surroundings, variable } from "../shell/surroundings.ts";

/** Every path under one root; no other file spells them out. */
export interface Layout {
  readonly root: string;
  readonly config: string;
  readonly pidFile: string;
  /** A request to a supervisor to end, on systems without signals. */
  readonly stopRequest: string;
  readonly status: string;
  readonly log: string;
  readonly sessions: string;
  readonly state: string;
  readonly globalState: string;
  readonly sessionStates: string;
  /** Leases and reservations, by session. */
  readonly leases: string;
  readonly paused: string;
  /** The state of the policy `adaptive`. */
  readonly policy: string;
  /** What is known of the threads of all homes, to read no rollout twice. */
  readonly threads: string;
  /** The folders that are bound to sessions. */
  readonly bindings: string;
  /** The user's answer to whether new sessions share the set-up of `~/.codex`. */
  readonly sharing: string;
  /** Past readings, one file a month. */
  readonly history: string;
  /** The known limits of all accounts, for programs that only pick. */
  readonly readings: string;
  /** The surroundings of the last program that called the supervisor. */
  readonly caller: string;
  /** The supervisor's record of itself. */
  readonly ownRecord: string;
  /** The supervisor about which the user was already warned that it runs elsewhere. */
  readonly elsewhere: string;
  /** The app-servers of ours that may still run, written by the supervisor. */
  readonly children: string;
  /** Codex versions of programs, by the identity of their files. */
  readonly codexVersions: string;
  /** Our processes that run Codex and their homes, on systems that do not show them. */
  readonly runs: string;
  /** Promises to go on with a thread, a file each. */
  readonly promises: string;
  /** What happened, a line each. */
  readonly events: string;
  /** What of it was told already, written by the supervisor. */
  readonly eventMarks: string;
  /** The databases of our app-servers, one folder per alias. */
  readonly sqlite: string;
  /** Empty homes for a login that must not touch the one it replaces. */
  readonly logins: string;
  /** The removal, return or renaming of a session that is under way, or was cut short. */
  readonly move: string;
  /** Removed sessions, a folder each. */
  readonly trash: string;
  /** Copies of settings and state, a folder each. */
  readonly backups: string;
  /** The restoring of a backup that is under way, or was cut short. */
  readonly restoring: string;
  readonly locks: string;
  readonly stateLock: string;
  readonly supervisorLock: string;
  readonly startLock: string;
  readonly readingsLock: string;
  readonly promisesLock: string;
  readonly eventsLock: string;
  readonly backupLock: string;
}

/** The paths under `root`, an absolute path. */
export function layoutOf(root: string): Layout {
  const state = join(root, "state");
  const locks = join(root, "locks");
  return {
    root,
    config: join(root, "config.toml"),
    pidFile: join(root, "supervisor.pid"),
    stopRequest: join(root, "supervisor.stop"),
    status: join(root, "status.json"),
    log: join(root, "supervisor.log"),
    sessions: join(root, "sessions"),
    state,
    globalState: join(state, "global.json"),
    sessionStates: join(state, "sessions"),
    leases: join(state, "leases.json"),
    paused: join(state, "paused.json"),
    policy: join(state, "policy.json"),
    threads: join(state, "threads.json"),
    bindings: join(state, "bindings.json"),
    sharing: join(state, "sharing.json"),
    history: join(state, "history"),
    readings: join(root, "readings.json"),
    caller: join(state, "caller.json"),
    ownRecord: join(state, "supervisor.json"),
    elsewhere: join(state, "elsewhere.json"),
    children: join(state, "children.json"),
    codexVersions: join(state, "codex-versions.json"),
    runs: join(state, "runs"),
    promises: join(state, "promises"),
    events: join(state, "events.jsonl"),
    eventMarks: join(state, "event-marks.json"),
    sqlite: join(state, "sqlite"),
    logins: join(state, "logins"),
    move: join(state, "move.json"),
    trash: join(root, "trash"),
    backups: join(root, "backups"),
    restoring: join(state, "restoring.json"),
    locks,
    stateLock: join(locks, "state.lock"),
    supervisorLock: join(locks, "supervisor.lock"),
    startLock: join(locks, "start.lock"),
    readingsLock: join(locks, "readings.lock"),
    promisesLock: join(locks, "promises.lock"),
    eventsLock: join(locks, "events.lock"),
    backupLock: join(locks, "backup.lock"),
  };
}

/** The root, from `AGENTLB_HOME`, else `HOME` (on Windows `USERPROFILE`); fails when neither is an absolute path. */
export function rootFrom({ env, platform }: Surroundings): string {
  const named = variable(env, "AGENTLB_HOME", platform);
  if (named !== undefined && named !== "") {
    if (!isFixed(named, platform)) {
      throw new Failure("failed", `AGENTLB_HOME is not an absolute path: ${named}`);
    }
    return named;
  }
  const name = homeVariable(platform);
  const home = variable(env, name, platform);
  if (home === undefined || home === "") {
    throw new Failure("failed", `${name} is not set`, { verbatim: true });
  }
  if (!isFixed(home, platform)) throw new Failure("failed", `${name} is not an absolute path: ${home}`);
  return pathsOn(platform).join(home, ".agentlb");
}

/** The `CODEX_HOME` of an alias. */
export function homeOf(layout: Layout, alias: string): string {
  return join(layout.sessions, alias);
}

/** The home of a removed session, by the name of its folder in the trash. */
export function trashedHomeOf(layout: Pick<Layout, "trash">, name: string): string {
  return join(layout.trash, name, "home");
}

/** The record of a removed session, beside its home. */
export function trashRecordOf(layout: Pick<Layout, "trash">, name: string): string {
  return join(layout.trash, name, "record.json");
}

/** The state file of an alias. */
export function sessionStateOf(layout: Layout, alias: string): string {
  return join(layout.sessionStates, `${alias}.json`);
}

/** The lock held during a login to an alias. */
export function loginLockOf(layout: Layout, alias: string): string {
  return join(layout.locks, `login-${alias}.lock`);
}

/** The auth file of a home. */
export function authFileOf(home: string): string {
  return join(home, "auth.json");
}

/** The file with Codex's settings in a home. */
export function codexSettingsOf(home: string): string {
  return join(home, "config.toml");
}

/** The file with the settings of one session alone, which are put over those that it shares. */
export function localSettingsOf(home: string): string {
  return join(home, "config.local.toml");
}

/** The record of what the session of a home shares. */
export function shareRecordOf(home: string): string {
  return join(home, "shared.json");
}

/** The lock held while the shared files of a home are changed. */
export function shareLockOf(home: string): string {
  return join(home, "shared.lock");
}

/** The folder in which Codex keeps the rollouts of a home, by day. */
export function rolloutsOf(home: string): string {
  return join(home, "sessions");
}

/** The folder in which Codex locks one file per open thread of a home. */
export function threadLocksOf(home: string): string {
  return join(home, "thread-writer-locks");
}

/** The folder in which Codex keeps the rollouts of archived threads of a home. */
export function archivedRolloutsOf(home: string): string {
  return join(home, "archived_sessions");
}

/** The file in which Codex keeps the names of the threads of a home. */
export function threadNamesOf(home: string): string {
  return join(home, "session_index.jsonl");
}

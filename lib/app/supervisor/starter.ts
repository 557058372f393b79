import { join } from "node:path";
import type { ProbeFault } from "../../core/codex/reasons.ts";
import { type ChildEntry, MARK } from "../../core/session/app_server_record.ts";
import { codexEnvironment } from "../../core/shell/launch.ts";
import type { Layout } from "../../core/system/layout.ts";
import { PICK_SETTLES_MS } from "../../core/codex/renewal.ts";
import { ensureFolder } from "../../io/files/folders.ts";
import type { Host } from "../../io/host.ts";
import { withLock } from "../../io/lock/lock.ts";
import { ownIdentity } from "../../io/process/process.ts";
import type { AppServer, Purpose } from "../codex/app_server.ts";
import type { Children } from "./records/app_server_record.ts";
import type { CodexProgram } from "../codex/codex_program.ts";
import type { CodexVersions } from "../codex/codex_version.ts";
import { lastPickOf } from "../session/last_pick.ts";
import { startAppServer } from "../codex/start_app_server.ts";
import { openersOf } from "../codex/open_by.ts";

export interface Role {
  readonly purpose: Purpose;
  readonly mayRenew: boolean;
  /** No signal ends it, at any age. */
  readonly neverSignal?: boolean | undefined;
  updated(params: unknown): void;
}

export type Started = { readonly server: AppServer } | { readonly fault: ProbeFault };

interface Context {
  readonly host: Pick<Host, "clock" | "random" | "spawn" | "env" | "platform" | "system">;
  readonly layout: Layout;
  readonly children: Children;
  readonly versions: CodexVersions;
  codex(): CodexProgram | undefined;
  /** True if a file or folder may be written or created now. */
  mayWrite(path: string): boolean;
}

/** Starts and records app-servers. */
export class Starter {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /**
   * Starts `codex app-server` in a home. If it may renew the login, it starts under the lock of the picks: either a
   * command sees the record and waits, or this sees the command's pick, or its Codex, and does not start.
   */
  start(alias: string, home: string, auth: string, role: Role): Promise<Started> {
    if (!role.mayRenew) return Promise.resolve(this.#spawn(alias, home, auth, role));
    const { host, layout, children, mayWrite } = this.#context;
    if (!mayWrite(layout.stateLock)) return Promise.resolve({ fault: { kind: "cannotStart" } });
    return withLock(host, layout.stateLock, () => {
      const now = host.clock.now();
      const sincePick = Math.abs(now - lastPickOf(layout, alias).ms);
      if (sincePick < PICK_SETTLES_MS || openersOf(host, layout, home).length > 0) {
        return { fault: { kind: "aboutToRenew" } };
      }
      const self = ownIdentity();
      const mark = globalThis.crypto.randomUUID();
      let started: Started | undefined;
      try {
        children.add({
          alias,
          auth,
          pid: 0,
          startTime: "",
          bootId: self.bootId,
          startedAt: now,
          mayRenew: true,
          neverSignal: role.neverSignal,
          mark,
        });
        started = this.#spawn(alias, home, auth, role, mark);
      } finally {
        if (started === undefined || !("server" in started)) children.settle(alias, undefined);
      }
      return started;
    });
  }

  /** True if codex has been replaced since this server started; false while codex is missing, as during an upgrade. */
  isOutdated(server: AppServer): boolean {
    const program = this.#context.codex();
    return program !== undefined && program.fingerprint !== server.program;
  }

  /** The version of the current codex; undefined = unknown. */
  get version(): string | undefined {
    const program = this.#context.codex();
    return program && this.#context.versions.of(program);
  }

  /** True if the version query of the current codex is done; otherwise starts it and calls `learnt` at its end. */
  isVersionKnown(learnt: () => void): boolean {
    const program = this.#context.codex();
    return program === undefined || this.#context.versions.isKnown(program, learnt);
  }

  /** Records the version that a server reports, which can differ from that of `codex --version`. */
  heard(server: AppServer, version: string): void {
    this.#context.versions.heard({ path: server.codex, fingerprint: server.program }, version);
  }

  /** Records that the login of this server's home was renewed. */
  renewed(server: AppServer): void {
    if (!server.mayRenew) return;
    server.mayRenew = false;
    this.#context.children.renewed(server.identity.pid);
  }

  /** Records that this server may be renewing the login of its home. */
  renewing(server: AppServer): void {
    server.mayRenew = true;
    this.#context.children.renewing(server.identity.pid);
  }

  ended(server: AppServer): void {
    this.#context.children.remove(server.identity.pid, server.isKept);
  }

  #spawn(
    alias: string,
    home: string,
    auth: string,
    role: Role,
    mark: string = globalThis.crypto.randomUUID(),
  ): Started {
    const { host, layout, children, codex, mayWrite } = this.#context;
    const program = codex();
    if (program === undefined) return { fault: { kind: "codexNotFound" } };
    if (!mayWrite(layout.state)) return { fault: { kind: "cannotStart" } };
    const sqlite = join(layout.sqlite, alias);
    ensureFolder(sqlite);
    const env = { ...codexEnvironment(host, home, []), CODEX_SQLITE_HOME: sqlite, [MARK]: mark };
    const { purpose, mayRenew, neverSignal, updated } = role;
    const started = startAppServer(host, {
      codex: program.path,
      program: program.fingerprint,
      env,
      cwd: layout.root,
      purpose,
      mayRenew,
      neverSignal,
      client: "agentlb-supervisor",
      updated,
    });
    if (!("server" in started)) return { fault: { kind: "codexNotFound" } };
    const { server } = started;
    const entry: ChildEntry = {
      alias,
      auth,
      ...server.identity,
      startedAt: host.clock.now(),
      mayRenew,
      neverSignal,
      mark,
    };
    children.settle(alias, entry);
    // Where processes are not visible, only a signal to its group ends what it leaves.
    if (host.system.processes !== undefined) void server.left.then(() => server.letGo());
    return { server };
  }
}

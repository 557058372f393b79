import { setMaxListeners } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import zlib from "node:zlib";
import { type Account, type AccountPatch, merged, ORDINARY, type TurnStep } from "./backend/account.ts";
import { faulty, sendJson, type Waits } from "./backend/answer.ts";
import { AuthServer } from "./backend/auth.ts";
import { RequestLog, type Row, type RowFilter } from "./backend/log.ts";
import { peerOf } from "./backend/peer.ts";
import { authFileText, claimsIn, fingerprint, refreshTokenParts } from "./backend/token.ts";
import { answerTurn, modelsBody } from "./backend/turn.ts";
import { usageBody } from "./backend/usage.ts";

export interface BackendOptions {
  readonly port?: number;
  readonly accounts?: Readonly<Record<string, AccountPatch>>;
  /** Approves every device login at once, as this account; else `approveDevice` does. */
  readonly deviceAccount?: string;
  readonly deviceIntervalSec?: number;
  /** Requests to matching paths are recorded with the client process. */
  readonly peersOf?: RegExp;
  /** Keeps what the model is asked, as `Row.asked`. */
  readonly keepsAsked?: boolean;
}

export interface AuthFileOptions {
  /** Lifetime of the access token; negative = expired already. Default: the account's `accessTtlSec`. */
  readonly ttlSec?: number;
}

/** All services that Codex uses, on loopback. */
export interface Backend {
  readonly port: number;
  /** `http://127.0.0.1:<port>`: usage and the auth server. */
  readonly url: string;
  /** The same on `localhost`, which Codex takes for another origin: model requests. */
  readonly modelUrl: string;
  readonly rows: readonly Row[];
  find(filter: RowFilter): Row[];
  waitFor(filter: RowFilter, count?: number, timeoutMs?: number): Promise<Row[]>;
  account(id: string): Account;
  /** Changes an account; hanging requests are checked again. */
  set(id: string, patch: AccountPatch): void;
  /** The text of an auth file of a new login. */
  authFile(id: string, options?: AuthFileOptions): string;
  isSpent(refreshToken: string): boolean;
  approveDevice(account: string): number;
  close(): Promise<void>;
}

/** Starts the fake service on a free port of 127.0.0.1. */
export async function startBackend(options: BackendOptions = {}): Promise<Backend> {
  const accounts = new Map<string, Account>();
  for (const [id, patch] of Object.entries(options.accounts ?? {})) accounts.set(id, merged(ORDINARY, patch));
  const account = (id: string) => accounts.get(id) ?? ORDINARY;
  const log = new RequestLog();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal); // one per delayed answer
  const changes = new EventTarget();
  const waits: Waits = {
    closed: closing.signal,
    changed: () =>
      new Promise((resolve) => changes.addEventListener("change", () => resolve(), { once: true })),
  };
  const auth = new AuthServer(account, waits, {
    deviceAccount: options.deviceAccount,
    deviceIntervalSec: options.deviceIntervalSec ?? 1,
  });
  const peersOf = options.peersOf ?? /\/oauth\//;

  const server = createServer((request, response) => {
    answer(request, response).catch((thrown: unknown) => {
      if (closing.signal.aborted) return;
      if (!response.headersSent) sendJson(response, 500, { error: { message: String(thrown) } });
      else response.end();
    });
  });
  server.keepAliveTimeout = 60_000;
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  // Codex tries a WebSocket for model requests first; when refused, it falls back to plain requests at once.
  server.on("upgrade", (request, socket) => {
    record(request, request.socket.remotePort, {}, 426);
    socket.end("HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const peerPort = request.socket.remotePort;
    const body = await bodyOf(request);
    const form = formOf(body.toString(), request.headers["content-type"]);
    const row = record(request, peerPort, form);
    if (options.keepsAsked && row.path.endsWith("/responses")) {
      log.amend(row, { asked: textOf(request, body) });
    }
    response.on("finish", () => log.amend(row, { status: response.statusCode, answeredAt: Date.now() }));
    const path = row.path.split("?")[0] ?? "";
    if (path === "/oauth/token") return await auth.token(response, form);
    if (path === "/oauth/revoke") return auth.revoke(response, form.token ?? "");
    if (path.endsWith("/deviceauth/usercode")) return auth.userCode(response);
    if (path.endsWith("/deviceauth/token")) return auth.deviceToken(response, form.device_auth_id ?? "");

    const current = () => account(row.account);
    const code = auth.refuses(row.account, bearerOf(request));
    if (code !== undefined) {
      return sendJson(response, 401, { error: { message: "Not accepted.", code }, status: 401 });
    }
    if (await faulty(response, () => current().all, waits)) return;
    if (path.endsWith("/usage")) {
      if (!await faulty(response, () => current().usage, waits)) {
        sendJson(response, 200, usageBody(row.account, current()));
      }
    } else if (path.endsWith("/accounts/check")) {
      if (!await faulty(response, () => current().check, waits)) {
        sendJson(response, 200, checkBody(row.account));
      }
    } else if (path.endsWith("/config/bundle") || path.endsWith("/config/requirements")) {
      if (!await faulty(response, () => current().policies, waits)) sendJson(response, 200, {});
    } else if (path.endsWith("/models")) sendJson(response, 200, modelsBody(), { etag: '"rig"' });
    else if (path.endsWith("/responses")) {
      await answerTurn(response, current, waits, takeStep(row.account));
    } else sendJson(response, 404, { detail: "Not Found" });
  }

  /** Workspace routing insists on https: a dead https origin keeps Codex from routing plain http anywhere. */
  function checkBody(id: string): unknown {
    return {
      accounts: [{
        id,
        name: account(id).workspaceName,
        structure: "personal",
        plan_type: account(id).plan,
        workspace_backend_origin: "https://127.0.0.1:1",
        account_routing_override: "NO_CONSTRAINT",
      }],
      default_account_id: id,
      account_ordering: [id],
    };
  }

  /** The next step of an account's script; undefined when it has none. */
  function takeStep(id: string): TurnStep | undefined {
    const [step, ...steps] = account(id).responses.steps;
    if (step !== undefined) accounts.set(id, merged(account(id), { responses: { steps } }));
    return step;
  }

  function record(
    request: IncomingMessage,
    peerPort: number | undefined,
    form: Readonly<Record<string, string>>,
    status?: number,
  ): Row {
    const path = request.url ?? "";
    const bearer = bearerOf(request);
    const sent = form.refresh_token ?? form.token;
    const peer = peersOf.test(path) ? peerOf(peerPort) : undefined;
    const agent = request.headers["user-agent"];
    return log.add({
      at: Date.now(),
      method: request.method ?? "",
      path,
      account: header(request, "chatgpt-account-id") ?? claimsIn(bearer).accountId ??
        (sent === undefined ? undefined : refreshTokenParts(sent)?.id) ?? "default",
      peerPort,
      ...peer,
      ...(bearer === undefined ? {} : { bearer: fingerprint(bearer) }),
      ...(agent === undefined ? {} : { userAgent: agent }),
      ...(form.grant_type === undefined ? {} : { grant: form.grant_type }),
      ...(form.refresh_reason === undefined ? {} : { reason: form.refresh_reason }),
      ...(sent === undefined ? {} : { spent: fingerprint(sent) }),
      ...(status === undefined ? {} : { status }),
    });
  }

  const port = await listen(server, options.port ?? 0);
  const url = `http://127.0.0.1:${port}`;
  return {
    port,
    url,
    modelUrl: `http://localhost:${port}`,
    rows: log.rows,
    find: (filter) => log.find(filter),
    waitFor: (filter, count, timeoutMs) => log.waitFor(filter, count, timeoutMs),
    account,
    set(id, patch) {
      accounts.set(id, merged(account(id), patch));
      if (patch.tokenRejected === true) auth.rejectAll(id);
      changes.dispatchEvent(new Event("change"));
    },
    authFile: (id, { ttlSec } = {}) => authFileText(auth.login(id, ttlSec), id, url),
    isSpent: (token) => auth.isSpent(token),
    approveDevice: (id) => auth.approve(id),
    close() {
      closing.abort();
      changes.dispatchEvent(new Event("change"));
      return new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      });
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function bearerOf(request: IncomingMessage): string | undefined {
  return /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

/** The text of a body that may be compressed. */
function textOf(request: IncomingMessage, body: Buffer): string {
  return (header(request, "content-encoding") === "zstd" ? zlib.zstdDecompressSync(body) : body).toString();
}

/** The fields of a JSON or form body; empty for any other. */
function formOf(body: string, type: string | undefined): Record<string, string> {
  if (type?.includes("x-www-form-urlencoded")) return Object.fromEntries(new URLSearchParams(body));
  if (!type?.includes("json")) return {};
  try {
    const fields: unknown = JSON.parse(body);
    return typeof fields === "object" && fields !== null ? fields as Record<string, string> : {};
  } catch {
    return {}; // compressed: a turn
  }
}

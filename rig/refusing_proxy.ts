import { type AddressInfo, createServer, type Socket } from "node:net";

/** A proxy that refuses and records all requests. */
export interface RefusingProxy {
  readonly url: string;
  /** First line of each request, as "CONNECT host:443 HTTP/1.1". */
  readonly attempts: readonly string[];
  /** The environment that sends all traffic but loopback to this proxy. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts a proxy on loopback that answers 403 to everything. */
export function refusingProxy(): Promise<RefusingProxy> {
  const attempts: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}); // a client that leaves early is refused all the same
    socket.on("close", () => sockets.delete(socket));
    socket.once("data", (part: Uint8Array) => {
      attempts.push(Buffer.from(part).toString().split("\r\n", 1)[0] ?? "");
      socket.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    });
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      resolve({
        url,
        attempts,
        env: proxyEnv(url),
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            for (const socket of sockets) socket.destroy();
          }),
      });
    });
  });
}

/**
 * The proxies of all programs that the rig starts: the one in `RIG_PROXY`, else a port without a listener. The
 * machine's own proxies are never passed on.
 */
export function isolation(): Record<string, string> {
  return proxyEnv(process.env.RIG_PROXY ?? "http://127.0.0.1:9");
}

function proxyEnv(url: string): Record<string, string> {
  const loopback = "127.0.0.1,localhost,::1";
  return {
    HTTPS_PROXY: url,
    https_proxy: url,
    HTTP_PROXY: url,
    http_proxy: url,
    ALL_PROXY: url,
    all_proxy: url,
    NO_PROXY: loopback,
    no_proxy: loopback,
  };
}

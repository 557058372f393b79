import type { Host } from "../../io/host.ts";

/** The same host; what it runs in the terminal writes to stderr only. */
export function withoutOutput(host: Host): Host {
  const foreground: Host["foreground"] = (launch) => host.foreground({ ...launch, stdout: "stderr" });
  return Object.create(host, { foreground: { value: foreground } }) as Host;
}

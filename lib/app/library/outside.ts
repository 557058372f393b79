import { type Layout, layoutOf, rootFrom } from "../../core/system/layout.ts";
import { type Host, realHost, scriptCommand } from "../../io/host.ts";
import type { Options } from "./options.ts";

/** The supervisor's program: beside the package's script, or at the top of the source tree. */
const PROGRAM = new URL(
  import.meta.url.endsWith("/lib/app/library/outside.ts") ? "../../../cli.ts" : "./agentlb.js",
  import.meta.url,
).href;

/** The host with the caller's options applied. */
export function outside({ env, say }: Options): Host {
  const real = realHost(PROGRAM);
  return {
    ...real,
    get self() {
      return scriptCommand(PROGRAM);
    },
    env: env ?? real.env,
    out: () => {},
    err: (text) => {
      for (const line of text.replace(/\n$/, "").split("\n")) say?.(line);
    },
  };
}

/** The paths below the root. Throws Failure if the environment names no root. */
export function layoutIn(host: Pick<Host, "env" | "platform">): Layout {
  return layoutOf(rootFrom(host));
}

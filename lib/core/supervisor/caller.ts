import { objectOf, textOf } from "../text/json.ts";
import { type Environment, type PlatformName, variable } from "../shell/surroundings.ts";

/** The surroundings of a program that calls the supervisor; one that it starts inherits them. */
export interface Caller {
  /** The path of its codex; empty when it finds none. */
  readonly codex: string;
  readonly path: string;
  /** Proxy variables, names in lower case, URLs without passwords. */
  readonly proxies: Readonly<Record<string, string>>;
  /** Its network namespace (Linux); empty when there is none or it is not visible. */
  readonly network: string;
}

const PROXIES = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"];

/** The surroundings of a program with this environment. */
export function callerIn(env: Environment, platform: PlatformName, codex: string, network: string): Caller {
  const proxies: Record<string, string> = {};
  for (const name of PROXIES) {
    const value = variable(env, name, platform) || variable(env, name.toUpperCase(), platform);
    if (value) proxies[name] = withoutPassword(value);
  }
  return { codex, path: variable(env, "PATH", platform) ?? "", proxies, network };
}

/** The text of state/caller.json. */
export function renderCaller(caller: Caller): string {
  return `${JSON.stringify(caller, undefined, 2)}\n`;
}

/** Parses a caller from JSON; missing fields are empty. */
export function parseCaller(value: unknown): Caller {
  const fields = objectOf(value);
  const proxies = objectOf(fields?.get("proxies")) ?? new Map<string, unknown>();
  return {
    codex: textOf(fields?.get("codex")),
    path: textOf(fields?.get("path")),
    proxies: Object.fromEntries(
      PROXIES.filter((name) => textOf(proxies.get(name)) !== "").map((name) => [
        name,
        textOf(proxies.get(name)),
      ]),
    ),
    network: textOf(fields?.get("network")),
  };
}

/** Tells whether two programs reach the network by different routes. */
export function reachesOtherwise(a: Caller, b: Caller): boolean {
  const isMoved = a.network !== "" && b.network !== "" && a.network !== b.network;
  return isMoved || PROXIES.some((name) => a.proxies[name] !== b.proxies[name]);
}

/** A URL with `***` for the user and the password, whatever characters they contain. */
function withoutPassword(value: string): string {
  return value.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, "$1***@");
}

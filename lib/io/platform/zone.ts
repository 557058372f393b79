import { readFileSync } from "node:fs";

const FOLDER = "/usr/share/zoneinfo";

/** The compiled file of the time zone that `TZ` names, or of this machine's; undefined when it can't be told. */
export function zoneFile(name: string | undefined): Uint8Array | undefined {
  if (name !== undefined && !/^:?[A-Za-z][\w+-]*(\/[\w+-]+)*$/.test(name)) return undefined;
  try {
    return readFileSync(name === undefined ? "/etc/localtime" : `${FOLDER}/${name.replace(":", "")}`);
  } catch {
    return undefined; // no such zone, or none on this machine
  }
}

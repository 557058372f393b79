import { readFileSync } from "node:fs";

/** The home folder of a user, by name or number, as `/etc/passwd` has it; undefined when it has none. */
export function homeInPasswd(user: string | number): string | undefined {
  let text: string;
  try {
    text = readFileSync("/etc/passwd", "utf8");
  } catch {
    return undefined; // not here, or not ours to read
  }
  for (const line of text.split("\n")) {
    const [name, , uid, , , home] = line.split(":");
    if (home !== undefined && (typeof user === "number" ? uid === String(user) : name === user)) return home;
  }
  return undefined;
}

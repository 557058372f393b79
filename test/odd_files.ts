import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** What can be in the place of a file besides a file that is in order. */
export const KINDS = ["named pipe", "device", "socket", "folder", "huge"] as const;
export type OddKind = typeof KINDS[number];

/** Puts such a thing at a path, in the place of what is there; its folder is made. */
export function plant(kind: OddKind, path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  rmSync(path, { recursive: true, force: true });
  switch (kind) {
    case "named pipe":
      return void execFileSync("mkfifo", [path]);
    case "device":
      return symlinkSync("/dev/zero", path);
    case "socket":
      // The path of a socket may not be long, so it is named from within its folder.
      return void execFileSync("perl", [
        "-MSocket",
        "-e",
        SOCKET,
        dirname(path),
        path.slice(dirname(path).length + 1),
      ]);
    case "folder":
      return mkdirSync(path);
    case "huge":
      writeFileSync(path, "");
      return truncateSync(path, 300 * 1024 * 1024);
  }
}

const SOCKET =
  "chdir $ARGV[0] or die $!; socket(my $s, PF_UNIX, SOCK_STREAM, 0) or die $!; bind($s, pack_sockaddr_un($ARGV[1])) or die $!";

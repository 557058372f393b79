import type { Flavour } from "../pool/flavour.ts";

/** The script that callers start as `bash <skill>/scripts/<name>`: it finds the program and becomes it. */
export function shimText({ name, prefix }: Flavour): string {
  return `#!/usr/bin/env bash
# Finds the program that hands out sources and auth files, and becomes it. Fine under bash and sh.
name=${name}
chosen=\${${prefix}BIN-}

# Where this file really lies: callers may have linked it, and its settings are beside it.
self=$0
[ -e "$self" ] || self=$(command -v -- "$0")
resolve() {
  path=$1
  while [ -L "$path" ]; do
    target=$(readlink "$path")
    case $target in
      /*) path=$target ;;
      *) path=\${path%"\${path##*/}"}$target ;;
    esac
  done
  case $path in
    */*) folder=$(CDPATH='' cd -P -- "\${path%/*}/" && pwd -P) ;;
    *) folder=$(pwd -P) ;;
  esac
}
resolve "$self"
here=$folder
me=$here/\${path##*/}

become() {
  found=$1
  shift
  set -- --from "$here" "$@"
  case $found in
    *.js)
      # Of a link Bun tells a script only where it leads.
      resolve "$found"
      found=$folder/\${path##*/}
      [ "\${path##*/}" = "$name.js" ] || set -- "$name" "$@"
      if command -v deno >/dev/null 2>&1; then
        exec deno run -A --no-prompt --no-config --no-lock "$found" "$@"
      elif command -v bun >/dev/null 2>&1; then
        exec bun --config=/dev/null --no-env-file --tsconfig-override=/dev/null "$found" "$@"
      elif command -v node >/dev/null 2>&1; then
        exec node "$found" "$@"
      fi
      echo "$name: $found needs deno, bun or node on PATH" >&2
      exit 127
      ;;
    */agentlb | */agentlb.exe) exec "$found" "$name" "$@" ;;
    *) exec "$found" "$@" ;;
  esac
}

if [ -n "$chosen" ]; then
  if [ -f "$chosen" ] && { [ -x "$chosen" ] || [ "\${chosen%.js}" != "$chosen" ]; }; then become "$chosen" "$@"; fi
  echo "$name: $chosen, which the environment names, is no program" >&2
  exit 127
fi

for file in "$here/$name"-*; do
  [ -x "$file" ] || continue
  case $(uname -sm) in
    "Linux x86_64") system=linux-x64 ;;
    "Linux aarch64" | "Linux arm64") system=linux-arm64 ;;
    "Darwin arm64") system=darwin-arm64 ;;
    "Darwin x86_64") system=darwin-x64 ;;
    *) break ;;
  esac
  for loader in /lib/ld-musl-*; do
    # A machine may have both C libraries; a program for the usual one needs its loader.
    if [ -e "$loader" ] && ! ls /lib*/ld-linux-* >/dev/null 2>&1; then system=$system-musl; fi
    break
  done
  if [ -x "$here/$name-$system" ]; then become "$here/$name-$system" "$@"; fi
  break
done
if [ -f "$here/$name.bin" ] && [ -x "$here/$name.bin" ]; then become "$here/$name.bin" "$@"; fi
if [ -f "$here/$name.js" ]; then become "$here/$name.js" "$@"; fi

agentlb=$(command -v agentlb)
if [ -n "$agentlb" ]; then
  resolve "$agentlb"
  for file in "$folder/$name" "$folder/$name.js"; do
    # The agentlb before this one has no such program beside it.
    [ -f "$file" ] && { [ -x "$file" ] || [ "\${file%.js}" != "$file" ]; } || continue
    resolve "$file"
    [ "$folder/\${path##*/}" = "$me" ] || become "$file" "$@"
  done
fi

echo "$name: no program found: install agentlb, or put its $name into $here as $name.bin" >&2
exit 127
`;
}

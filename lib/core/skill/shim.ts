import type { Flavour } from "../pool/flavour.ts";

/** The script that callers start as `bash <skill>/scripts/<name>`: it finds the program and becomes it. */
export function shimText({ name, prefix }: Flavour): string {
  return `#!/usr/bin/env bash
# Finds the program that hands out sources and auth files, and becomes it. Fine under bash and sh.
name=${name}
variable=${prefix}BIN
eval "chosen=\\\${$variable-}"
tried='deno bun node'
if [ "\${1-}" = --else ]; then
  tried=$2
  shift 2
fi
# These make a Bun, and a program made with it, into something else.
unset BUN_BE_BUN BUN_OPTIONS BUN_INSPECT BUN_INSPECT_CONNECT_TO BUN_INSPECT_NOTIFY BUN_INSPECT_PRELOAD

# Where this file really lies: callers may have linked it, and its settings are beside it.
self=$0
[ -e "$self" ] || self=$(command -v -- "$0")
# In a folder that was deleted, Deno and programs made with Bun do not start.
case $self in /*) [ -d "\${PWD-}" ] || cd / ;; esac
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

# Why nothing was started, in one line with its cure.
refuse() {
  echo "$name: $1" >&2
  exit "\${2:-127}"
}

# Said when the system did not let a program take the place of this shell. Only then anything is looked into.
failed() {
  trap - EXIT
  case $found in *.js) refuse "\${runtimes%% *} on PATH does not start" 126 ;; esac
  case $({ head -c 20 "$found" | od -An -v -tx1 | tr -d ' \\n'; } 2>/dev/null) in
    7f454c46????????????????????????????3e00*) made_for='Linux x86_64' ;;
    7f454c46????????????????????????????b700*) made_for='Linux aarch64' ;;
    cffaedfe*) made_for=Darwin ;;
    4d5a*) made_for=Windows ;;
    *) made_for='' ;;
  esac
  case $(uname -sm) in
    *"$made_for"*) ;;
    *) refuse "$found is made for $made_for, and this is $(uname -sm): put the program of this machine there" 126 ;;
  esac
  loader=$({ head -c 4096 "$found" | tr '\\0' '\\n' | grep -a '^/lib.*/ld-' | head -n 1; } 2>/dev/null)
  if [ -n "$loader" ] && [ ! -e "$loader" ]; then
    refuse "$found needs $loader, which is not here: put the program for the other C library there" 126
  fi
  refuse "$found does not start, perhaps it was cut short: put it there again" 126
}

become() {
  found=$1
  shift
  set -- --from "$here" "$@"
  # bash goes on after an exec that failed only when told so; others end, and the trap hears it.
  if [ -n "\${BASH_VERSION-}" ]; then shopt -s execfail; fi
  trap failed EXIT
  case $found in
    *.js) become_script "$@" ;;
    */agentlb | */agentlb.exe) exec "$found" "$name" "$@" ;;
    *) exec "$found" "$@" ;;
  esac
  failed
}

become_script() {
  # Of a link Bun tells a script only where it leads.
  resolve "$found"
  found=$folder/\${path##*/}
  [ "\${path##*/}" = "$name.js" ] || set -- "$name" "$@"
  runtimes=''
  for runtime in $tried; do
    if command -v "$runtime" >/dev/null 2>&1; then runtimes="$runtimes $runtime"; fi
  done
  # One that is too old starts this shim again, for those that are left.
  runtimes=\${runtimes# }
  export AGENTLB_ELSE="\${runtimes#"\${runtimes%% *}"}"
  case $runtimes in
    deno*) exec deno run -A --no-prompt --no-config --no-lock "$found" "$@" ;;
    bun*)
      # Started elsewhere it reads no settings of the folder that the user stands in. The program returns there.
      if [ -d "$PWD" ]; then
        export AGENTLB_CWD="$PWD"
        exec bun --config=/dev/null --no-env-file --env-file=/dev/null --cwd=/ "$found" "$@"
      fi
      exec bun --config=/dev/null --no-env-file --env-file=/dev/null "$found" "$@"
      ;;
    node*) exec node "$found" "$@" ;;
  esac
  trap - EXIT
  refuse "$found needs deno, bun or node on PATH"
}

# Whether a file can be started; if not, the first such reason is kept in case nothing else can be.
usable() {
  [ -f "$1" ] || return 1
  case $1 in
    *.js) if [ -r "$1" ]; then return; fi ;;
    *) if [ -s "$1" ] && [ -x "$1" ]; then return; fi ;;
  esac
  if [ -n "\${reason-}" ]; then
    return 1
  elif [ ! -r "$1" ]; then
    reason="$1 may not be read: chmod +r \\"$1\\""
  elif [ ! -s "$1" ]; then
    reason="$1 is empty: put it there again"
  else
    case $(ls -ld "$1") in
      -??[xs]* | -?????[xs]* | -????????[xt]*) reason="$1 lies where nothing may be started: put $name.js there instead, or name another place in $variable" ;;
      *) reason="$1 is not executable: chmod +x \\"$1\\"" ;;
    esac
  fi
  return 1
}

# Whether an agentlb is this one: the one before it has no pool programs, and must not be asked for any.
is_ours() {
  case $("$1" --version 2>/dev/null </dev/null) in 'agentlb '[1-9]*) ;; *) return 1 ;; esac
}

if [ -n "$chosen" ]; then
  if usable "$chosen"; then become "$chosen" "$@"; fi
  refuse "\${reason:-$chosen, which the environment names, is no program}"
fi

for file in "$here/$name"-*; do
  [ -f "$file" ] || continue
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
  if usable "$here/$name-$system"; then become "$here/$name-$system" "$@"; fi
  [ -f "$here/$name-$system" ] || reason="$file is for another machine; this one needs $here/$name-$system"
  break
done
for file in "$here/$name.bin" "$here/$name.js"; do
  if usable "$file"; then become "$file" "$@"; fi
done
for file in "$here/agentlb" "$here/agentlb.js"; do
  if usable "$file" && { [ "\${file%.js}" != "$file" ] || is_ours "$file"; }; then become "$file" "$@"; fi
done

agentlb=$(command -v agentlb)
# Whether a program beside agentlb is this one: others have the name as well, such as the cap of Debian's capistrano.
is_pool() {
  [ "$1" -ef "$2" ] && return
  case $1 in *.js) return ;; esac
  case $("$1" -h 2>/dev/null </dev/null) in "usage: $name "*) ;; *) return 1 ;; esac
}

if [ -n "$agentlb" ]; then
  resolve "$agentlb"
  agentlb=$folder/\${path##*/}
  for file in "$folder/$name" "$folder/$name.js"; do
    if ! usable "$file"; then continue; fi
    resolve "$file"
    if [ "$folder/\${path##*/}" != "$me" ] && is_pool "$file" "$agentlb"; then become "$file" "$@"; fi
  done
  if is_ours "$agentlb"; then become "$agentlb" "$@"; fi
fi

if [ -n "\${reason-}" ]; then refuse "$reason" 126; fi
refuse "no program found: install agentlb, or put its $name into $here as $name.bin"
`;
}

#!/bin/sh
# Installs agentlb, cap and clb for one user, or removes them: sh install.sh --help
# Everything is in functions, and the last line calls them: half a script does nothing.
set -u

# Where releases are. Filled in when a release is made.
RELEASE_BASE=''

NAMES='agentlb cap clb'
# The manual pages and completions of a release, by their paths in it.
EXTRAS='man/man1/agentlb.1 man/man1/cap.1 man/man1/clb.1 man/man5/agentlb-config.5
completions/bash/agentlb completions/bash/cap completions/bash/clb
completions/fish/agentlb.fish completions/fish/cap.fish completions/fish/clb.fish
completions/zsh/_agentlb completions/zsh/_cap completions/zsh/_clb'
NEWLINE='
'
# The most that is taken of what comes, in blocks of 512 bytes: the checksums, an archive, and what is in it.
MOST_SUMS=2048
MOST_ARCHIVE=1048576
MOST_UNPACKED=2097152

usage() {
  cat <<'TEXT'
Installs agentlb, cap and clb for you alone, without root, and says what it did.

  sh install.sh [--base URL] [--to DIR] [--version X] [--target NAME] [--force]
                [--dry-run]
  sh install.sh --from DIR [--to DIR] [--force] [--dry-run]
  sh install.sh --uninstall [--to DIR] [--force] [--dry-run]

  --base URL     where the release is: https://…, or a folder of this machine
                 (else AGENTLB_RELEASE_BASE, else what this script was released
                 with)
  --from DIR     the agentlb in this folder instead: dist, after npm run build
  --to DIR       the folder for the programs (~/.local/bin); beside one that is
                 called bin, manual pages and completions go into share
  --version X    this version or none
  --target NAME  for another machine than this one seems to be: linux-x64,
                 linux-arm64, linux-x64-musl, linux-arm64-musl, darwin-x64,
                 darwin-arm64
  --force        also where the cap or clb that is there is another program: it
                 is kept as cap.before; with --uninstall, also what was changed
                 since
  --insecure     http:// also from another machine than this one
  --dry-run      says what would be done, and does nothing
  --uninstall    removes what was installed and puts back what was there before

~/.agentlb, where sessions and logins are, is never touched.
TEXT
}

main() {
  umask go-w # what others may write to is not ours
  base=${AGENTLB_RELEASE_BASE:-$RELEASE_BASE}
  from='' to='' version='' target='' force='' insecure='' dry='' removes=''
  while [ $# -gt 0 ]; do
    case $1 in
      --base | --from | --to | --version | --target)
        { [ $# -gt 1 ] && [ -n "$2" ]; } || wrong_usage "$1 needs a value"
        case $1 in
          --base) base=$2 ;;
          --from) from=$2 ;;
          --to) to=$2 ;;
          --version) version=${2#v} ;;
          --target) target=$2 ;;
        esac
        shift
        ;;
      --force) force=yes ;;
      --insecure) insecure=yes ;;
      --dry-run) dry=yes ;;
      --uninstall) removes=yes ;;
      -h | --help) usage && exit 0 ;;
      *) wrong_usage "There is no $1" ;;
    esac
    shift
  done
  case ${HOME:-} in
    /*) ;;
    *) fail "Cannot tell where to install: HOME names no folder" ;;
  esac
  has sha256sum || has shasum || has openssl ||
    fail "Cannot check what is installed: there is no sha256sum, shasum or openssl on PATH"
  receipt=${XDG_DATA_HOME:-$HOME/.local/share}/agentlb/install
  if [ -n "$removes" ]; then uninstall; else install; fi
}

install() {
  to=$(absolute "${to:-$HOME/.local/bin}")
  case $to in
    *"$NEWLINE"*) fail "Cannot install into a folder whose name has two lines" ;;
  esac
  find_share
  if [ -n "$from" ]; then
    from=$(absolute "$from")
    [ -f "$from/agentlb" ] ||
      fail "Cannot install from $from: there is no agentlb in it" "npm ci && npm run build makes one, in dist"
  else
    check_base
    [ -n "$target" ] || target=$(target_here) || exit 1
  fi
  check_places
  work='' loader='' made_below=$to
  trap clean_up EXIT
  for signal in HUP INT PIPE TERM; do
    # shellcheck disable=SC2064 # the name as it is now
    trap "end_by $signal" "$signal"
  done
  make_work
  if [ -z "$from" ]; then
    fetch SHA256SUMS "$work/SHA256SUMS" $MOST_SUMS
    find_archive
  fi
  if [ -n "$dry" ]; then
    if [ -n "$from" ]; then say "would copy $from/agentlb"; else say "would download $base/$archive"; fi
    for name in $NAMES; do say "would install $to/$name"; done
    for name in $kept; do say "would keep the $name that is there as $to/$name.before"; done
    [ -z "$share" ] || say "would install manual pages and completions below $share"
    return
  fi
  mkdir "$work/unpacked" "$work/was" || exit 1
  if [ -n "$from" ]; then
    archive=$from/agentlb
    source=$from
    cp "$from/agentlb" "$work/agentlb" || exit 1
  else
    say "downloading $archive"
    fetch "$archive" "$work/$archive" $MOST_ARCHIVE
    [ "$(sum_of "$work/$archive")" = "$archive_sum" ] ||
      fail "Cannot install $archive: what came is not what SHA256SUMS says" "try again; nothing was installed"
    unpack
    source=$work/unpacked
  fi
  try_out
  check_places
  find_extras
  place
  say "installed agentlb $version (${target:-from $from}):"
  for name in $NAMES; do say "  $to/$name"; done
  for name in $kept; do say "kept the $name that was there as $to/$name.before"; done
  say_path
  say_extras
  say "for workers in tmux, among the skills of Codex: agentlb skill install cap"
  say "  (a copy of the program named scripts/cap would not start there:"
  say "  callers run that file with bash)"
  [ -d "${AGENTLB_HOME:-$HOME/.agentlb}/sessions" ] || say "next: agentlb init"
}

# Only https, a folder, or this machine itself: a checksum that came the same open way proves nothing.
check_base() {
  base=${base%/}
  host=${base#*://}
  host=${host%%/*}
  case $base in
    '') fail "Cannot install: nobody said where the release is" "--base URL, or AGENTLB_RELEASE_BASE" ;;
    http*://*@*)
      case $host in
        *@*) fail "Cannot install from a URL with a login in it: other users could see it" "use ~/.netrc" ;;
      esac
      ;;
  esac
  case $base in
    https://*) ;;
    http://*)
      case $host in
        *[!][A-Za-z0-9.:-]*) ;;
        localhost | localhost:* | 127.0.0.1 | 127.0.0.1:* | '[::1]' | '[::1]:'*) return ;;
      esac
      [ -n "$insecure" ] ||
        fail "Cannot install from $base: what comes by http:// can be changed on its way" \
          "use https://, or --insecure if you trust the way"
      ;;
    *)
      [ -d "$base" ] || fail "Cannot install from $base: neither https:// nor a folder that is there"
      base=$(absolute "$base")
      ;;
  esac
}

# The build for this machine.
target_here() {
  case $(uname -s) in
    Linux) system=linux ;;
    Darwin) system=darwin ;;
    MINGW* | MSYS* | CYGWIN*) fail "Cannot install on Windows with this script" "use install.ps1 in PowerShell" ;;
    *) system='' ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) machine=x64 ;;
    aarch64 | arm64) machine=arm64 ;;
    *) machine='' ;;
  esac
  # A 64-bit kernel may carry a 32-bit system, and an Apple chip a shell of the other kind.
  if [ "$system" = linux ] && [ "$(getconf LONG_BIT 2>/dev/null)" = 32 ]; then machine=''; fi
  if [ "$system" = darwin ] && [ "$(sysctl -n sysctl.proc_translated 2>/dev/null)" = 1 ]; then machine=arm64; fi
  if [ -z "$system" ] || [ -z "$machine" ]; then
    fail "Cannot install on $(uname -sm): agentlb is built for Linux and macOS on x64 and arm64" \
      "agentlb.js of the npm package runs wherever Node 20.16 does"
  fi
  suffix=''
  if [ "$system" = linux ]; then
    for library in /lib/ld-musl-*; do
      # A machine may have both C libraries; a program for the usual one needs its loader.
      if [ -e "$library" ] && ! ls /lib*/ld-linux-* >/dev/null 2>&1; then suffix=-musl; fi
    done
  fi
  say "$system-$machine$suffix"
}

# Whether our names are free; sets $kept to those of other programs that are to be kept.
check_places() {
  kept=''
  for name in $NAMES; do
    file=$to/$name
    if ! is_there "$file" || is_ours "$file"; then continue; fi
    if [ -e "$file" ] && [ ! -f "$file" ]; then
      fail "Cannot install $file: what is there is no program" "move it away, or --to DIR installs elsewhere"
    fi
    if is_before "$file"; then
      kept="$kept $name"
      continue
    fi
    # An agentlb is an agentlb, also an older one; but cap is the name of other people's programs too.
    if [ "$name" != agentlb ] && [ -z "$force" ] && ! cmp -s "$file" "$to/agentlb"; then
      fail "Cannot install $file: another program of that name is there" \
        "--to DIR installs elsewhere; --force keeps that program as $name.before"
    fi
    if is_there "$file.before"; then
      fail "Cannot keep $file: there is an older $name.before already" "move one of them away"
    fi
    kept="$kept $name"
  done
}

# Whether a file is as we installed it.
is_ours() {
  [ -f "$receipt" ] && [ -f "$1" ] && [ ! -L "$1" ] && grep -qxF -e "$(sum_of "$1")  $1" "$receipt"
}

# Whether what is at $1 is there from before an install that was to keep it, and that did not end.
is_before() {
  [ -f "$receipt" ] && grep -qxF -e "kept  $1.before" "$receipt" || return 1
  ! is_there "$1.before" || is_same "$1" "$1.before"
}

# Whether two files have the same bytes, or two links the same target.
is_same() {
  if [ -L "$1" ] || [ -L "$2" ]; then
    [ -L "$1" ] && [ -L "$2" ] && [ "$(readlink "$1")" = "$(readlink "$2")" ]
  else
    cmp -s "$1" "$2"
  fi
}

# Sets $share, where shells and man look beside the folder of the programs; empty when nobody would look there.
find_share() {
  case $to in
    */bin) share=${to%/bin}/share ;;
    *) share='' ;;
  esac
}

# Where a page or a completion goes.
goal_of() {
  case $1 in
    man/*) say "$share/$1" ;;
    completions/bash/*) say "$share/bash-completion/completions/${1##*/}" ;;
    completions/fish/*) say "$share/fish/vendor_completions.d/${1##*/}" ;;
    completions/zsh/*) say "$share/zsh/site-functions/${1##*/}" ;;
  esac
}

# Sets $extras to the pages and completions that came and have a place, and $foreign to places that others have.
find_extras() {
  extras='' foreign='' goals=$NEWLINE came=''
  for extra in $EXTRAS; do
    if [ ! -f "$source/$extra" ] || [ -L "$source/$extra" ]; then continue; fi
    came=yes
    [ -n "$share" ] || return
    goal=$(goal_of "$extra")
    if is_there "$goal" && ! is_ours "$goal"; then
      foreign=$foreign$goal$NEWLINE
      continue
    fi
    mkdir -p "$work/extras/${extra%/*}" "$work/was/${extra%/*}" || exit 1
    cp "$source/$extra" "$work/extras/$extra" || exit 1
    chmod 644 "$work/extras/$extra" || exit 1
    extras="$extras $extra"
    goals=$goals$goal$NEWLINE
  done
}

# Says where the pages and completions are, and what a shell needs that does not look there by itself.
say_extras() {
  if [ -n "$came" ] && [ -z "$share" ]; then
    say "manual pages and completions go beside a folder called bin: none were installed"
  fi
  if [ -n "$extras" ]; then
    say "manual pages and completions are below $share"
    say "  for zsh, add to ~/.zshrc, before compinit:"
    say "    fpath=(\"$share/zsh/site-functions\" \$fpath)"
    say "  for a bash without the package bash-completion, add to ~/.bashrc:"
    say "    for name in $NAMES; do . \"$share/bash-completion/completions/\$name\"; done"
  fi
  while IFS= read -r goal; do
    [ -z "$goal" ] || say "left as it is, because it was not installed by this script: $goal"
  done <<LINES
$foreign
LINES
}

# A folder for what is not finished: beside the programs, so that each is in place in one step.
make_work() {
  if [ -n "$dry" ]; then
    work=$(mktemp -d) || exit 1
    return
  fi
  while [ -n "$made_below" ] && [ ! -e "$made_below" ]; do made_below=${made_below%/*}; done
  mkdir -p "$to" 2>/dev/null
  sweep "$to"
  work=$(mktemp -d "$to/.agentlb-install.$$.XXXXXX" 2>/dev/null) ||
    fail "Cannot install into $to: nothing can be written there" "--to DIR installs elsewhere"
}

# Removes the folders of installs that were killed from the folder $1; sets $swept when there was one.
sweep() {
  swept=''
  for left in "$1"/.agentlb-install.*; do
    { [ -d "$left" ] && [ ! -L "$left" ]; } || continue
    pid=${left##*/.agentlb-install.}
    pid=${pid%%.*}
    case $pid in '' | *[!0-9]*) continue ;; esac
    if kill -0 "$pid" 2>/dev/null || [ -d "/proc/$pid" ]; then continue; fi
    rm -rf "$left"
    swept=yes
  done
}

# Gets the file $1 of the release as $2, which may have $3 blocks.
fetch() {
  most=$3
  if [ -d "$base" ]; then
    [ -f "$base/$1" ] || fail "Cannot get $base/$1: there is no such file" "nothing was installed"
    load cp "$base/$1" "$2"
  elif has curl; then
    ways='=https'
    case $base in http:*) ways='=http,https' ;; esac
    load curl -fsSL --globoff --proto "$ways" --connect-timeout 30 --speed-limit 1 --speed-time 60 \
      -o "$2" "$base/$1"
  elif has wget; then
    case $(wget --version 2>/dev/null) in
      *GNU*) load_in_steps "$base/$1" "$2" ;;
      *)
        load wget -qS -O "$2" "$base/$1"
        find_step
        [ -z "$step" ] || check_step "$base/$1"
        ;;
    esac
  else
    fail "Cannot download: there is neither curl nor wget on PATH"
  fi
  # This is how a wget says that it can't tell who answers.
  if grep -q 'certificate validation not implemented' "$work/said"; then
    fail "Cannot download safely: this wget checks no certificates" "install curl"
  fi
  # 153 is SIGXFSZ.
  [ "$code" -ne 153 ] || fail "Cannot get $base/$1: it is larger than $((most / 2048)) MB" "nothing was installed"
  [ "$code" -eq 0 ] || fail "Cannot get $base/$1: $(reason "$code")" "nothing was installed"
}

# Runs a program that gets a file; in the background, because a shell that waits for a program hears no signal.
load() {
  within "$most" "$@" 2>"$work/said" &
  loader=$!
  wait "$loader" 2>/dev/null
  code=$?
  loader=''
}

# Becomes a program that can write files of $1 blocks and no larger.
within() {
  # shellcheck disable=SC3045 # a shell without it says so to nobody
  ulimit -c 0 2>/dev/null
  ulimit -f "$1" 2>/dev/null
  shift
  exec "$@"
}

# Gets $1 as $2 with a wget of GNU, which would follow https:// to http://: so each step is checked before it is taken.
load_in_steps() {
  url=$1
  steps=0
  while :; do
    load wget -nv -S --max-redirect=0 --tries=1 --timeout=60 -O "$2" "$url"
    [ $code -ne 0 ] || return
    find_step
    [ -n "$step" ] || return
    check_step "$1"
    case $step in
      //*) step=${url%%//*}$step ;;
      /*)
        rest=${url#*://}
        step=${url%%://*}://${rest%%/*}$step
        ;;
    esac
    url=$step
    steps=$((steps + 1))
    [ $steps -lt 10 ] || fail "Cannot get $1: it leads on and on" "nothing was installed"
  done
}

# Sets $step to where a wget said that it was led, or to the first such place that is not safe.
find_step() {
  step=''
  while IFS= read -r place; do
    step=$place
    is_safe_step || return
  done <<LINES
$(plain <"$work/said" | sed -n 's/^ *[Ll][Oo][Cc][Aa][Tt][Ii][Oo][Nn]:[[:space:]]*//p')
LINES
}

# Fails where the way of $1 leads to is not as safe as its beginning.
check_step() {
  is_safe_step ||
    fail "Cannot get $1: it leads to ${step%% *}, and what comes that way can be changed" "nothing was installed"
}

is_safe_step() {
  case $step in
    https://* | /*) ;;
    http://*) case $base in http:*) ;; *) return 1 ;; esac ;;
    *) return 1 ;;
  esac
}

# Why a program failed that ended with $1: the last line that it said.
reason() {
  said=$(tail -n 1 "$work/said" | plain)
  say "${said:-it ended with $1}"
}

# Leaves out what a terminal would take for orders.
plain() {
  tr -d '\000-\011\013-\037\177'
}

# Sets $archive, $archive_sum, $folder and $version from SHA256SUMS.
find_archive() {
  archive=''
  plain <"$work/SHA256SUMS" >"$work/sums"
  while read -r sum name || [ -n "$sum" ]; do
    name=${name#\*}
    case $name in
      *[!0-9A-Za-z.+_-]*) continue ;;
      agentlb-"$version"-"$target".tar.gz) ;;
      agentlb-[0-9]*-"$target".tar.gz) [ -z "$version" ] || continue ;;
      *) continue ;;
    esac
    [ -z "$archive" ] || fail "Cannot choose between $archive and $name" "--version X chooses"
    archive=$name
    archive_sum=$(say "$sum" | tr A-F a-f)
  done <"$work/sums"
  [ -n "$archive" ] ||
    fail "Cannot install: SHA256SUMS of $base names no agentlb${version:+ $version} for $target"
  case $archive_sum in *[!0-9a-f]*) archive_sum='' ;; esac
  [ ${#archive_sum} -eq 64 ] || fail "Cannot install $archive: SHA256SUMS has no checksum of it"
  folder=${archive%.tar.gz}
  version=${folder#agentlb-}
  version=${version%"-$target"}
}

# Unpacks the program, and the pages and completions that are there. Only bytes are taken out of an archive: a link, a
# device or a path in it makes nothing.
unpack() {
  (within $MOST_UNPACKED gzip -dc) <"$work/$archive" >"$work/archive.tar" 2>"$work/said"
  code=$?
  [ $code -ne 153 ] || fail "Cannot unpack $archive: it is larger than $((MOST_UNPACKED / 2048)) MB" "nothing was installed"
  [ $code -eq 0 ] || fail "Cannot unpack $archive: $(reason $code)" "nothing was installed"
  rm -f "$work/$archive"
  take_out agentlb "$work/agentlb"
  [ -s "$work/agentlb" ] || fail "Cannot install $archive: there is no agentlb in it" "nothing was installed"
  for extra in $EXTRAS; do
    mkdir -p "$work/unpacked/${extra%/*}" || exit 1
    take_out "$extra" "$work/unpacked/$extra"
    [ -s "$work/unpacked/$extra" ] || rm -f "$work/unpacked/$extra"
  done
  rm -f "$work/archive.tar"
}

# Writes the bytes of $1 of the archive to $2.
take_out() {
  (cd "$work" && within $MOST_UNPACKED tar -xOf archive.tar "$folder/$1") >"$2" 2>"$work/said"
}

# Lets the program run once: one that can't is better met here than later.
try_out() {
  chmod 755 "$work/agentlb" || exit 1
  for name in $NAMES; do
    [ "$name" = agentlb ] || name_also "$work/agentlb" "$work/$name" || exit 1
  done
  "$work/agentlb" --version >"$work/said" 2>&1 </dev/null
  code=$?
  if [ $code -ne 0 ]; then
    why=$(reason $code)
    fail "Cannot install $archive: it doesn't run here: $why" "$(cure $code); nothing was installed"
  fi
  [ -z "$from" ] || version=$(sed -n 's/^agentlb //p' "$work/said")
}

# What helps when a program ended with $1 and what it said.
cure() {
  case $1:$(cat "$work/said") in
    *libstdc++* | *libgcc_s*) say "install the C++ library first: apk add libstdc++" ;;
    *GLIBC_*) say "it needs a newer C library; agentlb.js of the npm package runs wherever Node 20.16 does" ;;
    132:*) say "it needs a processor with SSE4.2, as made since 2009" ;;
    126:*ermission*)
      if [ -x "$work/agentlb" ]; then say "--target NAME chooses another build"; else say "programs may not be started in $to (noexec); --to DIR installs elsewhere"; fi
      ;;
    *) if [ -n "$from" ]; then say "build it on this machine: npm run build"; else say "--target NAME chooses another build"; fi ;;
  esac
}

# Moves everything into place: all of it or nothing. Where it is killed between, the receipt names what was there and what
# was to be there, and a later install or uninstall knows both. A program that runs keeps the file it was started from.
place() {
  trap '' HUP INT PIPE TERM
  placed='' saved='' shared='' folders=''
  write_receipts || give_up "Cannot write $receipt"
  put_receipt <"$work/receipt.both" || give_up "Cannot write $receipt"
  for name in $kept; do
    if ! is_there "$to/$name.before"; then
      name_also "$to/$name" "$to/$name.before" || give_up "Cannot keep $to/$name as $name.before"
    fi
    saved="$saved $name"
  done
  for name in $NAMES; do
    if is_there "$to/$name"; then name_also "$to/$name" "$work/was/$name" || give_up "Cannot keep $to/$name"; fi
    mv -f "$work/$name" "$to/$name" || give_up "Cannot install $to/$name"
    placed="$placed $name"
  done
  for extra in $extras; do
    goal=$(goal_of "$extra")
    make_folder "${goal%/*}" || give_up "Cannot make ${goal%/*}"
    if is_there "$goal"; then name_also "$goal" "$work/was/$extra" || give_up "Cannot keep $goal"; fi
    shared="$shared $extra"
    put "$work/extras/$extra" "$goal" || give_up "Cannot install $goal"
  done
  put_receipt <"$work/receipt" || give_up "Cannot write $receipt"
}

# Puts a file in place in one step, also from another file system.
put() {
  staged=$(staged_of "$2")
  rm -f "$staged" && cp -p "$1" "$staged" && mv -f "$staged" "$2" && return
  rm -f "$staged"
  return 1
}

# The name that a page or completion has until it is whole.
staged_of() {
  say "${1%/*}/.agentlb-install.${1##*/}"
}

# Makes what is said the receipt.
put_receipt() {
  rm -f "$receipt.new" && cat >"$receipt.new" && mv -f "$receipt.new" "$receipt"
}

# Makes a folder and those around it, and notes in $folders which, the innermost first.
make_folder() {
  [ ! -d "$1" ] || return 0
  make_folder "${1%/*}" || return 1
  mkdir "$1" 2>/dev/null || return 1
  folders=$1$NEWLINE$folders
}

# Puts back what was there, and fails.
give_up() {
  for extra in $shared; do
    goal=$(goal_of "$extra")
    if is_there "$work/was/$extra"; then put "$work/was/$extra" "$goal"; else rm -f "$goal"; fi
  done
  while IFS= read -r folder; do
    [ -z "$folder" ] || rmdir "$folder" 2>/dev/null
  done <<LINES
$folders
LINES
  for name in $placed; do
    if is_there "$work/was/$name"; then mv -f "$work/was/$name" "$to/$name"; else rm -f "$to/$name"; fi
  done
  for name in $saved; do rm -f "$to/$name.before"; done
  if [ -f "$work/was/receipt" ]; then put_receipt <"$work/was/receipt"; else rm -f "$receipt" "$receipt.new"; fi
  rmdir "${receipt%/*}" 2>/dev/null
  fail "$1" "nothing was installed"
}

# Writes the receipts of the time after and of the time between. One line for each file: "checksum  path", or "kept  path".
# What is in other folders stays.
write_receipts() {
  mkdir -p "${receipt%/*}" || return 1
  sum=$(sum_of "$work/agentlb")
  for name in $kept; do goals=$goals$to/$name.before$NEWLINE; done
  {
    for name in $kept; do say "kept  $to/$name.before"; done
    for name in $NAMES; do say "$sum  $to/$name"; done
    for extra in $extras; do say "$(sum_of "$work/extras/$extra")  $(goal_of "$extra")"; done
  } >"$work/receipt.added" || return 1
  if is_there "$receipt"; then
    cp "$receipt" "$work/was/receipt" || return 1
  fi
  {
    say "# What install.sh installed; sh install.sh --uninstall removes it."
    if [ -f "$work/was/receipt" ]; then
      while IFS= read -r line; do
        case ${line#*  } in
          '#'* | "$to/agentlb" | "$to/cap" | "$to/clb") ;;
          *)
            case $goals in
              *"$NEWLINE${line#*  }$NEWLINE"*) ;;
              *) say "$line" ;;
            esac
            ;;
        esac
      done <"$work/was/receipt"
    fi
    cat "$work/receipt.added"
  } >"$work/receipt" || return 1
  if [ -f "$work/was/receipt" ]; then
    cat "$work/was/receipt" "$work/receipt.added"
  else
    cat "$work/receipt"
  fi >"$work/receipt.both"
}

# Says when a shell would not find what was installed.
say_path() {
  case :$PATH: in
    *":$to:"*)
      first=$(command -v agentlb)
      [ "$first" = "$to/agentlb" ] || say "agentlb on PATH is still another one: $first"
      ;;
    *)
      say "$to is not on PATH; to have it there, add to ~/.profile:"
      say "  export PATH=\"$to:\$PATH\""
      ;;
  esac
}

# Removes what is as we installed it, names what is not, and puts back what was there before. The receipt goes last, and what
# was kept stays in it until it is back: so an uninstall that was killed can be done again.
uninstall() {
  [ -z "$to" ] || to=$(absolute "$to")
  work=''
  [ -f "$receipt" ] || uninstall_nothing
  find_share
  rest='' gone='' met=$NEWLINE failed=0
  kept=$(grep '^kept  ' "$receipt")
  each_line remove <<LINES
$(grep -v '^kept  ' "$receipt")
LINES
  if [ -z "$dry" ]; then
    say "$rest$kept" | put_receipt || exit 1
  fi
  each_line put_back <<LINES
$kept
LINES
  if [ -z "$dry" ] && [ -n "$rest" ]; then
    say "$rest" | put_receipt || exit 1
  elif [ -z "$dry" ]; then
    rm -f "$receipt" "$receipt.new"
    rmdir "${receipt%/*}" 2>/dev/null
  fi
  say "${AGENTLB_HOME:-$HOME/.agentlb}, where sessions and logins are, was not touched"
  say_supervisor
  exit $failed
}

# Where no receipt is: what an install has left that was killed before it wrote one.
uninstall_nothing() {
  if [ -z "$dry" ]; then
    sweep "${to:-$HOME/.local/bin}"
    rm -f "$receipt.new"
    rmdir "${receipt%/*}" 2>/dev/null
    if [ -n "$swept" ]; then
      say "removed what an install that did not end has left; nothing was installed"
      exit 0
    fi
  fi
  fail "Cannot uninstall: $receipt, which would say what was installed, is not there" \
    "nothing is installed by this script; what npm or dpkg installed, they remove"
}

# Does $1 for each line that speaks of a file in the folder that is meant, with $line and $file.
each_line() {
  while IFS= read -r line; do
    file=${line#*  }
    if [ -z "$line" ] || [ "${line#\#}" != "$line" ]; then
      continue
    elif [ -n "$to" ] && ! belongs; then
      rest=$rest$line$NEWLINE
    else
      "$1"
    fi
  done
}

# Whether $file was installed into $to, or beside it.
belongs() {
  case $file in
    "$to/${file##*/}") return ;;
    "$share"/*) [ -n "$share" ] ;;
    *) return 1 ;;
  esac
}

# Removes $file, of which $line speaks.
remove() {
  case $met in
    *"$NEWLINE$file$NEWLINE"*) return ;;
  esac
  met=$met$file$NEWLINE
  if [ -z "$dry" ]; then
    case $file in
      */agentlb) sweep "${file%/*}" ;;
    esac
    is_share_file && rm -f "$(staged_of "$file")"
  fi
  if ! is_there "$file"; then
    say "already gone: $file"
    [ -n "$dry" ] || tidy
  elif is_before "$file"; then
    return
  elif [ -z "$force" ] && ! is_ours "$file"; then
    complain "Cannot remove $file: it was changed since" "--force removes it"
    stay
    return
  elif [ -n "$dry" ]; then
    say "would remove $file"
  elif rm -f "$file"; then
    say "removed $file"
    tidy
  else
    stay
    return
  fi
  gone=$gone$NEWLINE$file$NEWLINE
}

# Whether $file is a page or a completion.
is_share_file() {
  case $file in
    */share/man/man[15]/* | */share/*-completion/completions/* | */share/fish/*/* | */share/zsh/site-functions/*) ;;
    *) return 1 ;;
  esac
}

# Removes the folders of pages and completions that $file leaves empty.
tidy() {
  is_share_file || return 0
  folder=${file%/*}
  while [ "${folder##*/}" != share ] && rmdir "$folder" 2>/dev/null; do folder=${folder%/*}; done
}

# Gives $file, a kept program, its name back.
put_back() {
  first=${file%.before}
  is_there "$file" || return 0
  if is_there "$first" && is_same "$first" "$file"; then
    if [ -n "$dry" ]; then
      say "would leave $first, which was there before"
    elif rm -f "$file"; then
      say "left $first, which was there before"
    else
      stay
    fi
    return
  fi
  case $gone in
    *"$NEWLINE$first$NEWLINE"*) ;;
    *)
      if is_there "$first"; then
        complain "Cannot put back $file: ${first##*/} is still there"
        stay
        return
      fi
      ;;
  esac
  if [ -n "$dry" ]; then
    say "would put back $first, which was there before"
  elif mv "$file" "$first"; then
    say "put back $first, which was there before"
  else
    stay
  fi
}

# Keeps $line in the receipt.
stay() {
  rest=$rest$line$NEWLINE
  failed=1
}

# Says how to end a supervisor: with its program, or once that is gone without it.
say_supervisor() {
  pid=$(cat "${AGENTLB_HOME:-$HOME/.agentlb}/supervisor.pid" 2>/dev/null)
  case $pid in '' | *[!0-9]*) return ;; esac
  case $(ps -p "$pid" -o args= 2>/dev/null) in
    *'supervisor daemon'*)
      if [ -n "$dry" ]; then
        say "the supervisor runs; to end it before: agentlb supervisor stop"
      else
        say "the supervisor still runs; to end it: kill $pid"
      fi
      ;;
  esac
}

clean_up() {
  if [ -n "$loader" ]; then
    kill "$loader" 2>/dev/null
    wait "$loader" 2>/dev/null
  fi
  [ -z "$work" ] || rm -rf "$work"
  # Folders that were made for nothing.
  empty=$to
  while [ "$empty" != "$made_below" ] && rmdir "$empty" 2>/dev/null; do empty=${empty%/*}; done
}

# Ends as a program does that a signal ends.
end_by() {
  trap - EXIT "$1"
  clean_up
  kill -s "$1" $$
}

sum_of() {
  if has sha256sum; then
    set -- "$(sha256sum <"$1")"
  elif has shasum; then
    set -- "$(shasum -a 256 <"$1")"
  else
    set -- "$(openssl dgst -sha256 <"$1" | sed 's/.*[ =]//')"
  fi
  say "${1%% *}"
}

# Gives a file a second name, or a copy where files have one name only.
name_also() {
  if [ -L "$1" ] || ! ln "$1" "$2" 2>/dev/null; then
    rm -f "$work/copy" && cp -pP "$1" "$work/copy" && mv -f "$work/copy" "$2"
  fi
}

absolute() {
  if [ -d "$1" ]; then
    (CDPATH='' cd -- "$1" && pwd)
  else
    case $1 in
      /*) say "${1%/}" ;;
      *) say "$PWD/${1%/}" ;;
    esac
  fi
}

is_there() {
  [ -e "$1" ] || [ -L "$1" ]
}

has() {
  command -v "$1" >/dev/null 2>&1
}

say() {
  printf '%s\n' "$*"
}

complain() {
  say "install.sh: error: $1" >&2
  [ $# -lt 2 ] || say "install.sh: hint: $2" >&2
}

fail() {
  complain "$@"
  exit 1
}

wrong_usage() {
  complain "$1" "sh install.sh --help"
  exit 2
}

{ main "$@"; }

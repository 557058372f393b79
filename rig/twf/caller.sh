#!/usr/bin/env bash
# A stand-in for the first step of a worker start in tmux-workflow: asks for a home and an auth file, and copies both.
# caller.sh cap|clb WORKER BASE [TEAM_DIR]
set -euo pipefail
pool="$1" worker="$2" base="$3" team="${4:-}"
case "$pool" in
  cap) skill=codex-account-pool cmd="${TWF_ACCOUNT_POOL_CMD:-}" dir_name=CAP_AUTH_TEAM_DIR glob_name=CAP_AUTH_TEAM_GLOB ;;
  clb) skill=codex-load-balancer cmd="${TWF_LOAD_BALANCER_CMD:-}" dir_name=CLB_AUTH_TEAM_DIR glob_name=CLB_AUTH_TEAM_GLOB ;;
esac
skills="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)"
for place in "$skills" "$HOME/.codex/skills"; do
  if [ -z "$cmd" ] && [ -f "$place/$skill/scripts/$pool" ]; then cmd="$place/$skill/scripts/$pool"; fi
done
[ -f "$cmd" ] || { echo "no $pool: ${cmd:-nowhere}" >&2; exit 3; }

if [ "$worker" = "--stopped-last" ]; then
  if bash "$cmd" reset-state >/dev/null 2>&1; then echo "reset"; fi
  exit 0
fi

src="$(bash "$cmd" pick --worker "$worker" --base "$base")"
src="$(echo "$src" | tail -n 1 | xargs)"
[ -d "$src" ] || { echo "no such directory: $src" >&2; exit 4; }
home="$HOME/.codex-workers/$worker"
mkdir -p "$home"
cp -R "$src/." "$home/"
echo "home $src"

if [ -n "$team" ]; then
  vars=("$dir_name=$team" "$glob_name=*.json")
  if [ "$pool" = cap ]; then vars+=("CAP_AUTH_STRATEGY=${STRATEGY:-team_cycle}"); fi
  auth="$(env "${vars[@]}" bash "$cmd" pick-auth --worker "$worker" --base "$base")"
  auth="$(echo "$auth" | tail -n 1 | xargs)"
  [ -f "$auth" ] || { echo "no such file: $auth" >&2; exit 5; }
  cp -f "$auth" "$home/auth.json"
  chmod 600 "$home/auth.json"
  echo "auth $auth"
fi

#!/usr/bin/env bash
# A stand-in for the program that keeps workers in tmux: start, stop, resume and send, with real Codex sessions.
set -euo pipefail
state_dir="${TWF_STATE_DIR:?}"
workers="${TWF_WORKERS_DIR:?}"
command="$1"
full="$2"
home="$workers/$full"

note() { printf '%s %s\n' "$command" "$full" >> "$TWF_RECORD"; }
is_running() { tmux has-session -t "=$full" 2>/dev/null; }
screen() { tmux capture-pane -p -J -t "=$full:0.0"; }

wait_for() { # pattern
  for _ in $(seq 300); do
    if screen 2>/dev/null | grep -q -- "$1"; then return 0; fi
    sleep 0.1
  done
  echo "$full does not show $1:" >&2
  screen >&2 || true
  return 1
}

launch() { # words of codex
  local source auth
  source="$(bash "$TWF_ACCOUNT_POOL_CMD" pick --worker "$full" --base "$full")"
  auth="$(bash "$TWF_ACCOUNT_POOL_CMD" pick-auth --worker "$full" --base "$full")"
  mkdir -p "$home"
  cp -f "$source/config.toml" "$home/config.toml"
  cp -f "$auth" "$home/auth.json"
  chmod 600 "$home/auth.json"
  tmux new-session -d -s "$full" -x 100 -y 40 -c "$TWF_WORK_DIR" \
    -e CODEX_HOME="$home" -e TMPDIR="$TWF_WORK_DIR" codex "$@"
  printf '{"tmux_target": "%s:0.0", "tmux_session": "%s", "codex_home": "%s", "auth_src": "%s"}\n' \
    "$full" "$full" "$home" "$auth" > "$state_dir/$full.json"
  # After a lost login the pane shows the sign-in screen instead of a session.
  wait_for '· [~/]\|Sign in with ChatGPT'
}

note
if [ -n "${TWF_HOOK:-}" ]; then . "$TWF_HOOK"; fi
case "$command" in
  start) launch -c check_for_update_on_startup=false ;;
  resume)
    if is_running; then echo "$full is running" >&2; exit 1; fi
    launch resume --last
    ;;
  stop)
    is_running || { echo "$full is not running" >&2; exit 1; }
    tmux send-keys -t "=$full:0.0" C-u
    tmux send-keys -t "=$full:0.0" -l /exit
    sleep 0.3
    tmux send-keys -t "=$full:0.0" Enter
    for _ in $(seq 30); do is_running || exit 0; sleep 0.1; done
    tmux kill-session -t "=$full"
    ;;
  send)
    is_running || { echo "$full is not running" >&2; exit 1; }
    tmux send-keys -t "=$full:0.0" -l "$3"
    sleep 0.3
    tmux send-keys -t "=$full:0.0" Enter
    ;;
  *) echo "no such command: $command" >&2; exit 2 ;;
esac

#!/usr/bin/env -S deno run --no-prompt --allow-read --allow-write --allow-env --allow-sys=uid
/**
 * Starts `cap` from the sources: with Deno as in the line above, with Bun, or with Node 22.18 or newer.
 * `dist/js/cap.js` is the same in one file, also for Node 20.16. Its skill is the folder above, as for `scripts/cap`.
 *
 * The permissions for Deno, and the behaviour without each:
 *
 *     --allow-read --allow-env   everything; else an error names the missing one
 *     --allow-env=HOME,COLUMNS,TZ,AUTH_TEAM_DIR,AGENTLB_HOME,CAP_*
 *                                the same by name, for picks
 *     --allow-write              commands that count or rotate (all but list, where and picks by hash); else the same
 *     --allow-sys=uid            to find the home of a user without HOME; else HOME must be set
 *     --allow-run                status and watch-team, which start Codex, tmux and twf; else the same as above
 *
 * @module
 */
import "../cli.ts";

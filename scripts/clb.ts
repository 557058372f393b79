#!/usr/bin/env -S deno run --no-prompt --allow-read --allow-write --allow-env --allow-sys=uid
/**
 * Starts `clb` from the sources: with Deno as in the line above, with Bun, or with Node 22.18 or newer.
 * `dist/js/clb.js` is the same in one file, also for Node 20.16. Its skill is the folder above, as for `scripts/clb`.
 *
 * The permissions for Deno, and the behaviour without each:
 *
 *     --allow-read --allow-env   everything; else an error names the missing one
 *     --allow-env=HOME,COLUMNS,TZ,AUTH_TEAM_DIR,AGENTLB_HOME,CLB_*
 *                                the same by name, for picks
 *     --allow-write              commands that count or rotate (all but list, where and picks by hash); else the same
 *     --allow-sys=uid            to find the home of a user without HOME; else HOME must be set
 *     --allow-run                status, which starts Codex and tmux; else the same as above
 *
 * @module
 */
import "../cli.ts";

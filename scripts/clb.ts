#!/usr/bin/env -S deno run --no-prompt --allow-read --allow-write --allow-env --allow-sys=uid
/**
 * `clb` from the sources, as one file to start: with Deno as the line above does, with Bun, or with Node 22.18 or newer.
 * `dist/js/clb.js` is the same in one file, on Node 20.16 too. It is the skill above this folder, as `scripts/clb` is.
 *
 * What Deno must allow it, and what is said or done without:
 *
 *     --allow-read --allow-env   everything; else it says which of them is missing
 *     --allow-env=HOME,COLUMNS,TZ,AUTH_TEAM_DIR,AGENTLB_HOME,CLB_*
 *                                the same by name, for picks
 *     --allow-write              whatever counts or turns (all but list, where and picks by hash); else the same
 *     --allow-sys=uid            to find the home of a user without HOME; else HOME must be set
 *     --allow-run                status, which starts Codex and tmux; else the same as above
 *
 * @module
 */
import "../cli.ts";

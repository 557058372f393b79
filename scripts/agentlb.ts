#!/usr/bin/env -S deno run --no-prompt --allow-all
/**
 * Starts `agentlb` from the sources: with Deno as in the line above, with Bun, or with Node 22.18 or newer.
 * `dist/js/agentlb.js` is the same in one file, also for Node 20.16.
 *
 * The permissions for Deno, and the behaviour without each:
 *
 *     --allow-read --allow-write --allow-env
 *                       status, pick, --print-command, config init; else an error names the missing one
 *     --allow-sys=uid   to refuse another user's root; else the user is taken from the owner of a new file
 *     --allow-run       to run Codex, to log in, and to start the supervisor; else a pick warns that limits are not
 *                       refreshed, and the others name the missing permission
 *     --allow-all       rm and supervisor, which read /proc; Deno requires this for it. Without it, a supervisor or a
 *                       renewal counts as running until its own files record its end
 *
 * @module
 */
import "../cli.ts";

#!/usr/bin/env -S deno run --no-prompt --allow-all
/**
 * `agentlb` from the sources, as one file to start: with Deno as the line above does, with Bun, or with Node 22.18 or
 * newer. `dist/js/agentlb.js` is the same in one file, on Node 20.16 too.
 *
 * What Deno must allow it, and what is said or done without:
 *
 *     --allow-read --allow-write --allow-env
 *                       status, pick, --print-command, config init; else it says which of them is missing
 *     --allow-sys=uid   to refuse a root that is another user's; else ours is who owns a file just created
 *     --allow-run       to run Codex, to log in, and to start the supervisor; else a pick warns that nobody keeps the
 *                       limits fresh, and the others say that it is missing
 *     --allow-all       rm and supervisor, which look into /proc; Deno shows that to nobody else. Without it a supervisor
 *                       or a renewal that was begun is taken for running until its own files say that it ended
 *
 * @module
 */
import "../cli.ts";

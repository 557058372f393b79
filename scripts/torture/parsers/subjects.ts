import type { Subject } from "./check.ts";
import { authFiles, rollouts, rpcLines, tokens } from "./codex.ts";
import { config, durations, edit, poolConfig } from "./config.ts";
import { lines, poolState, state, status } from "./files.ts";
import { lastWords, screens } from "./output.ts";
import { commandLines, patterns } from "./words.ts";

/** All that reads what others write, and what a crash of ours may have left. */
export const SUBJECTS: readonly Subject[] = [
  config,
  edit,
  poolConfig,
  durations,
  state,
  status,
  poolState,
  lines,
  authFiles,
  tokens,
  rpcLines,
  rollouts,
  screens,
  lastWords,
  commandLines,
  patterns,
];

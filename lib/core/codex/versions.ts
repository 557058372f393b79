/**
 * The version of Codex that every fact in `core/codex`, `app/codex` and the screens of `core/pool/screen` was checked
 * with, by running it. Only this room names it.
 */
export const CHECKED_CODEX = "0.171.0";

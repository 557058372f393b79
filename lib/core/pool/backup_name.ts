/** The auth files of a pool, and those that are only backups by their names. */
export interface OwnAndBackups {
  readonly own: readonly string[];
  readonly backups: readonly string[];
}

/**
 * Tells backups from the rest, each in its order. The login in a backup is an old one, whose renewal is most likely
 * spent, so it serves only where nothing else does. Where all are called so, they are what they are: none is a backup.
 */
export function withoutBackups(paths: readonly string[]): OwnAndBackups {
  const own = paths.filter((path) => !isBackup(path));
  if (own.length === 0 || own.length === paths.length) return { own: paths, backups: [] };
  return { own, backups: paths.filter(isBackup) };
}

/** `work.json.bak`, `auth.json.old-2026-11-30`, `auth.json~`, `#auth.json#`, `auth.backup.json`, `auth-bak2.json`. */
const NAMES = [
  /.~$/,
  /^#.+#$/,
  /.\.(?:bak|backup|old|orig|save|swp|prev)[-_.]?\d*(?:[-_.:TZ]?\d+)*Z?$/i,
  /.[-_.](?:bak|backup)[-_.]?\d*(?:[-_.:TZ]?\d+)*Z?\.\w+$/i,
];

function isBackup(path: string): boolean {
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  return NAMES.some((form) => form.test(name));
}

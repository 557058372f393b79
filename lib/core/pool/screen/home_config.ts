type Table = Record<string, unknown>;

interface HomeWish {
  /** The folder in which Codex is started. */
  readonly folder: string;
  readonly disableMcp: boolean;
}

/**
 * The settings of a home that only serves to read limits: those of the user, but with the login in a file, no
 * background processes, no questions, and Codex's standard screen.
 */
export function temporaryHomeConfig(settings: unknown, { folder, disableMcp }: HomeWish): Table {
  const config: Table = { ...tableOf(settings) };
  delete config.tui;
  delete config.notify;
  if (disableMcp) delete config.mcp_servers;
  return {
    ...config,
    cli_auth_credentials_store: "file",
    check_for_update_on_startup: false,
    features: { ...tableOf(config.features), daemon_auto_start: false },
    projects: { [folder]: { trust_level: "trusted" } },
  };
}

function tableOf(value: unknown): Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Table : {};
}

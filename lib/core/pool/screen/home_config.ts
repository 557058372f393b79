type Table = Record<string, unknown>;

interface HomeWish {
  /** The folder Codex is started in. */
  readonly folder: string;
  readonly disableMcp: boolean;
}

/**
 * The settings of a home that is only there to be asked for limits: those of the user, but the login in its file, no
 * background processes, no questions, and the screen as Codex draws it for everybody.
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

/** The settings of every new home: its login is kept in a file, and no background processes are started. */
export const USUAL_SETTINGS = `cli_auth_credentials_store = "file"

[features]
daemon_auto_start = false
`;

/** The version of this program; `package.json` says the same, and a test compares them. */
export const VERSION = "1.0.0";

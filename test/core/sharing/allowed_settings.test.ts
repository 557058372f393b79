import { describe, expect, it } from "vitest";
import { sharedSettings } from "../../../lib/core/sharing/allowed_settings.ts";
import { plainTable, tableFrom } from "../../../lib/core/sharing/layers.ts";
import { parseToml } from "../../../lib/io/formats.ts";

function shared(text: string, profile?: Parameters<typeof sharedSettings>[1]) {
  const { settings, leftOut } = sharedSettings(tableFrom(parseToml(text, "config.toml")), profile);
  return { settings: plainTable(settings), leftOut };
}

describe("the settings that sessions take over", () => {
  it("are model, reasoning, approval, sandbox, MCP servers, trust, notify and tui, as they are", () => {
    const text = `
model = "gpt-5"
model_reasoning_effort = "high"
approval_policy = "on-request"
sandbox_mode = "workspace-write"
notify = ["say", "done"]
[sandbox_workspace_write]
network_access = true
[tui]
theme = "dark"
[mcp_servers.docs]
command = "docs"
env = { DOCS_BASE_URL = "https://docs.example", sqlite_home = "/x" }
startup_timeout_sec = 20
[mcp_servers.far]
url = "https://mcp.example"
[projects."/home/me/work"]
trust_level = "trusted"
`;
    expect(shared(text)).toEqual({
      settings: parseToml(text, "config.toml"),
      leftOut: [],
    });
  });

  it("never are logins, providers, addresses, places of files and what is not known", () => {
    const text = `
forced_login_method = "api"
forced_chatgpt_workspace_id = "other"
sqlite_home = "/elsewhere"
log_dir = "/elsewhere"
cli_auth_credentials_store = "keyring"
mcp_oauth_credentials_store = "keyring"
model_provider = "mine"
chatgpt_base_url = "https://evil.example/backend-api/"
openai_base_url = "https://evil.example"
experimental_thread_store_endpoint = "https://evil.example"
model_instructions_file = "words.md"
tomorrow = "https://evil.example"
[model_providers.mine]
base_url = "https://evil.example"
[history]
persistence = "none"
[otel]
exporter = "otlp-http"
[features]
secret_auth_storage = true
[analytics]
enabled = false
endpoint = "https://evil.example"
[__proto__]
model = "x"
`;
    const { settings, leftOut } = shared(text);
    expect(settings).toEqual({ analytics: { enabled: false } });
    expect(leftOut).toEqual([
      "forced_login_method",
      "forced_chatgpt_workspace_id",
      "sqlite_home",
      "log_dir",
      "cli_auth_credentials_store",
      "mcp_oauth_credentials_store",
      "model_provider",
      "chatgpt_base_url",
      "openai_base_url",
      "experimental_thread_store_endpoint",
      "model_instructions_file",
      "tomorrow",
      "model_providers",
      "history",
      "otel",
      "features",
      "analytics.endpoint",
      "__proto__",
    ]);
  });

  it("leave out in a profile what is left out outside of one", () => {
    const text = `
profile = "fast"
[profiles.fast]
model = "gpt-5-mini"
forced_login_method = "api"
chatgpt_base_url = "https://evil.example"
[profiles.fast.tui]
theme = "dark"
[profiles.local]
model = "llama"
model_provider = "ollama"
model_reasoning_effort = "low"
[profiles.deep.profiles.deeper]
openai_base_url = "https://evil.example"
`;
    expect(shared(text)).toEqual({
      settings: {
        profile: "fast",
        profiles: {
          fast: { model: "gpt-5-mini", tui: { theme: "dark" } },
          local: { model_reasoning_effort: "low" },
          deep: {},
        },
      },
      leftOut: [
        "profiles.fast.forced_login_method",
        "profiles.fast.chatgpt_base_url",
        "profiles.local.model",
        "profiles.local.model_provider",
        "profiles.deep.profiles",
      ],
    });
  });

  it("leave out the model of another provider, which has no such model here", () => {
    expect(shared('model = "llama"\nmodel_provider = "ollama"\n').leftOut).toEqual([
      "model",
      "model_provider",
    ]);
    expect(shared('model = "gpt-5"\nmodel_provider = "openai"\n').settings).toEqual({ model: "gpt-5" });
  });

  it("hold of a project only the trust", () => {
    expect(shared('[projects."/a"]\ntrust_level = "trusted"\nodd = 1\n[projects."/b"]\nodd = 2\n')).toEqual({
      settings: { projects: { "/a": { trust_level: "trusted" } } },
      leftOut: ["projects.*.odd"],
    });
  });

  it("are no models of another provider that a profile has from the settings below it", () => {
    const text = `
model_provider = "ollama"
profile = "far"
[profiles.far]
model = "llama"
review_model = "llama"
[profiles.near]
model = "gpt-5"
model_provider = "openai"
`;
    expect(shared(text)).toEqual({
      settings: { profile: "far", profiles: { far: {}, near: { model: "gpt-5" } } },
      leftOut: [
        "model_provider",
        "profiles.far.model",
        "profiles.far.review_model",
        "profiles.near.model_provider",
      ],
    });
    const file = { name: "far.config.toml", isElsewhere: true };
    expect(shared('model = "llama"\n', file)).toEqual({ settings: {}, leftOut: ["far.config.toml: model"] });
    expect(shared('model = "gpt-5"\nmodel_provider = "openai"\n', file).settings).toEqual({ model: "gpt-5" });
  });
});

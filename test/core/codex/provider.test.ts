import { describe, expect, it } from "vitest";
import { commandSettings, ownProvider } from "../../../lib/core/codex/provider.ts";

const X = { name: "X", base_url: "http://localhost:1/v1" };

/** What the real Codex 0.171 answers to `account/read` there: whether it needs an OpenAI login. */
describe("a home needs no OpenAI login", () => {
  it.each<[string, unknown[], string]>([
    ["with a provider of its own", [{ model_provider: "x", model_providers: { x: X } }], "x"],
    ["whose key is in the environment", [
      { model_provider: "x", model_providers: { x: { ...X, env_key: "MY_KEY" } } },
    ], "x"],
    [
      "that says so",
      [{ model_provider: "x", model_providers: { x: { ...X, requires_openai_auth: false } } }],
      "x",
    ],
    ["that says something else", [
      { model_provider: "x", model_providers: { x: { ...X, requires_openai_auth: "yes" } } },
    ], "x"],
    ["with Ollama", [{ model_provider: "ollama" }], "ollama"],
    ["with LM Studio", [{ model_provider: "lmstudio" }], "lmstudio"],
    ["with Bedrock", [{ model_provider: "amazon-bedrock" }], "amazon-bedrock"],
    ["with Ollama, whatever a table says", [
      { model_provider: "ollama", model_providers: { ollama: { requires_openai_auth: true } } },
    ], "ollama"],
    ["with a profile of config.toml", [
      { profile: "p", profiles: { p: { model_provider: "x" } }, model_providers: { x: X } },
    ], "x"],
    ["with a profile of its own file", [{ model_providers: { x: X } }, { model_provider: "x" }], "x"],
    [
      "with a provider that the profile defines",
      [{}, { model_provider: "x", model_providers: { x: X } }],
      "x",
    ],
    ["where the profile changes the provider", [
      { model_provider: "x", model_providers: { x: { ...X, requires_openai_auth: true } } },
      { model_providers: { x: { requires_openai_auth: false } } },
    ], "x"],
  ])("%s", (_, layers, provider) => {
    expect(ownProvider(layers)).toBe(provider);
  });
});

describe("a home needs an OpenAI login", () => {
  it.each<[string, unknown[]]>([
    ["without settings", [{}]],
    ["with OpenAI", [{ model_provider: "openai" }]],
    ["with OpenAI, whatever a table says", [{ model_provider: "openai", model_providers: { openai: X } }]],
    ["with a provider that insists on one", [
      { model_provider: "x", model_providers: { x: { ...X, requires_openai_auth: true } } },
    ]],
    ["with a provider that nothing defines", [{ model_provider: "x", model_providers: { y: X } }]],
    ["with providers that nothing uses", [{ model_providers: { x: X }, oss_provider: "ollama" }]],
    ["with a provider that is no text", [{ model_provider: 7, model_providers: { 7: X } }]],
    ["where the profile goes back to OpenAI", [
      { model_provider: "x", model_providers: { x: X } },
      { model_provider: "openai" },
    ]],
    ["where the profile is another", [
      { profile: "q", profiles: { p: { model_provider: "x" } }, model_providers: { x: X } },
    ]],
    ["with a name that every object has", [{ model_provider: "constructor", model_providers: {} }]],
    ["with settings that are no table", [[], "x", undefined]],
  ])("%s", (_, layers) => {
    expect(ownProvider(layers)).toBe(undefined);
  });
});

describe("a command chooses", () => {
  it.each([
    ["codex", {}],
    ["codex -p work", { profile: "work" }],
    ["codex --profile work exec", { profile: "work" }],
    ["codex --profile=work", { profile: "work" }],
    ["codex -p a -p b", { profile: "b" }],
    ["codex --oss", { provider: "ollama" }],
    ["codex -c model_provider=x", { provider: "x" }],
    ['codex --config model_provider="x"', { provider: "x" }],
    ["codex --config=model_provider='x'", { provider: "x" }],
    ["codex -c model=x", {}],
  ])("%s", (command, found) => {
    expect(commandSettings(command.split(" "))).toEqual(found);
  });
});

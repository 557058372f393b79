import { describe, expect, it } from "vitest";
import {
  isWork,
  resumeWords,
  runSettingsIn,
  settingsOptions,
} from "../../../../lib/core/codex/threads/turn_log.ts";

const line = (type: string, payload: object) =>
  JSON.stringify({ timestamp: "2026-11-30T16:08:50.171Z", type, payload });

describe("the settings of a turn", () => {
  it("are passed to a resumed thread, which would have those of its home", () => {
    const settings = runSettingsIn(line("turn_context", {
      approval_policy: "on-request",
      model: "gpt-fake",
      collaboration_mode: { settings: { reasoning_effort: "high" } },
      sandbox_policy: { type: "workspace-write", writable_roots: ["/a b"], network_access: true },
      active_permission_profile: { id: ":workspace" },
    }));
    expect(settingsOptions(settings)).toEqual([
      "-c",
      'sandbox_mode="workspace-write"',
      "-c",
      "sandbox_workspace_write.network_access=true",
      "-c",
      'sandbox_workspace_write.writable_roots=["/a b"]',
      "-c",
      'approval_policy="on-request"',
      "-c",
      'model_reasoning_effort="high"',
      "-m",
      "gpt-fake",
    ]);
  });

  it("that no option can name are left to the home", () => {
    const own = { sandbox_policy: { type: "read-only" }, active_permission_profile: { id: "mine" } };
    expect(settingsOptions(runSettingsIn(line("turn_context", own)))).toEqual([]);
    const odd = { sandbox_policy: { type: "external-sandbox" }, approval_policy: { granular: {} } };
    expect(settingsOptions(runSettingsIn(line("turn_context", odd)))).toEqual([]);
    expect(runSettingsIn(line("event_msg", { type: "task_started", text: '"turn_context"' })))
      .toBeUndefined();
  });

  it("come before the thread and the one word that it goes on with", () => {
    const words = ["exec", "resume", "--skip-git-repo-check", "id", "continue"];
    expect(resumeWords("id", true, undefined)).toEqual(words);
    expect(resumeWords("id", false, undefined)).toEqual(["resume", "id", "continue"]);
  });
});

describe("work", () => {
  it.each([
    ["response_item", { type: "function_call", name: "exec_command" }],
    ["response_item", { type: "function_call_output" }],
    ["response_item", { type: "message", role: "assistant" }],
    ["response_item", { type: "reasoning" }],
  ])("is %s %j", (type, payload) => expect(isWork(line(type, payload))).toBe(true));

  it.each([
    ["response_item", { type: "message", role: "user" }],
    ["response_item", { type: "message", role: "developer" }],
    ["event_msg", { type: "task_started", "response_item": 1 }],
    ["event_msg", { type: "token_count" }],
    ["turn_context", {}],
  ])("is not %s %j", (type, payload) => expect(isWork(line(type, payload))).toBe(false));
});

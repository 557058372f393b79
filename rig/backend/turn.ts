import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import type { Account, TurnStep } from "./account.ts";
import { faulty, sendJson, type Waits } from "./answer.ts";
import { limitHeaders, usedUpBody } from "./usage.ts";

/** The only model that the fake service offers. */
export const MODEL = "gpt-fake";

/** Tokens used by every turn. */
const COST = {
  input_tokens: 1200,
  input_tokens_details: { cached_tokens: 1000 },
  output_tokens: 34,
  output_tokens_details: { reasoning_tokens: 12 },
  total_tokens: 1234,
};

/** Answers one model request of a turn, as a stream of events; `step` replaces the account's usual answer. */
export async function answerTurn(
  response: ServerResponse,
  account: () => Account,
  waits: Waits,
  step?: TurnStep,
): Promise<void> {
  const settings = () => ({ ...account().responses, ...step });
  if (await faulty(response, settings, waits)) return;
  const limits = { ...limitHeaders(account()), ...settings().headers };
  if (settings().mode === "usage_limit") return sendJson(response, 429, usedUpBody(account()), limits);
  const { text, stepMs } = settings();
  const id = `resp_${randomUUID().replaceAll("-", "")}`;
  const head = { id, object: "response", model: MODEL };
  const command = step !== undefined && "command" in step ? step.command : undefined;
  const content = [{ type: "output_text", text, annotations: [] }];
  const item = command === undefined
    ? { type: "message", id: `msg_${id}`, role: "assistant", content }
    : { type: "function_call", id: `fc_${id}`, call_id: `call_${id}`, ...shellCall(command) };
  const send = (type: string, fields: Record<string, unknown>) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
  response.writeHead(200, { "content-type": "text/event-stream", "x-request-id": randomUUID(), ...limits });
  send("response.created", { response: { ...head, status: "in_progress" } });
  if (stepMs > 0) await wait(stepMs, undefined, { signal: waits.closed });
  if (command === undefined) {
    send("response.output_item.added", { output_index: 0, item: { ...item, content: [] } });
    send("response.output_text.delta", { item_id: item.id, output_index: 0, content_index: 0, delta: text });
  } else send("response.output_item.added", { output_index: 0, item });
  if (settings().mode === "cut") return void response.socket?.destroy();
  if (stepMs > 0) await wait(stepMs, undefined, { signal: waits.closed });
  send("response.output_item.done", { output_index: 0, item });
  send("response.completed", { response: { ...head, status: "completed", output: [item], usage: COST } });
  response.end();
}

function shellCall(command: string) {
  return { name: "exec_command", arguments: JSON.stringify({ cmd: command }), status: "completed" };
}

/** The body of the model list. */
export function modelsBody(): unknown {
  return {
    models: [{
      slug: MODEL,
      display_name: MODEL,
      description: "a model that always says the same",
      default_reasoning_level: "medium",
      supported_reasoning_levels: [{ effort: "medium", description: "medium" }],
      shell_type: "shell_command",
      visibility: "list",
      supported_in_api: true,
      priority: 1,
      upgrade: null,
      base_instructions: "Say the same.",
      supports_reasoning_summaries: false,
      support_verbosity: false,
      default_verbosity: null,
      apply_patch_tool_type: null,
      truncation_policy: { mode: "bytes", limit: 10000 },
      supports_parallel_tool_calls: false,
      context_window: 272000,
      experimental_supported_tools: [],
    }],
  };
}

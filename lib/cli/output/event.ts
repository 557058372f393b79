import type { NotedEvent } from "../../core/event/event.ts";

/** One line of `agentlb events`, and what a program of `[notify]` gets. */
export interface EventOutput extends NotedEvent {
  readonly schema: "agentlb.event/1";
}

import { basename } from "node:path";
import { withoutEmail } from "../../../core/event/event.ts";
import { layoutOf, rootFrom } from "../../../core/system/layout.ts";
import type { Host } from "../../../io/host.ts";
import { noteEvent } from "../../event/log.ts";

/** Puts a rotation among the events of agentlb, where that is in use. */
export async function tellRotation(
  host: Pick<Host, "clock" | "env" | "err" | "platform" | "random">,
  team: string,
  from: string,
  to: string,
): Promise<void> {
  const name = (file: string) => withoutEmail(basename(file));
  const rotated = { kind: "rotated", team: withoutEmail(team), from: name(from), to: name(to) } as const;
  await noteEvent(host, () => layoutOf(rootFrom(host)), rotated, (why) => {
    host.err(`⚠️ the rotation is not among the events of agentlb: ${why}\n`);
  });
}

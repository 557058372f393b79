import { printable } from "../../core/text/printable.ts";
import type { Step } from "../../core/skill/plan.ts";
import type { SkillWork } from "../../app/skill/install.ts";

/** The output of `agentlb skill install|remove`, step by step. */
export function skillText(verb: "install" | "remove", isDry: boolean, work: SkillWork): string {
  return linesOf(verb, isDry, work).map((line) => `${printable(line, 4096)}\n`).join("");
}

function linesOf(verb: "install" | "remove", isDry: boolean, { folder, steps }: SkillWork): string[] {
  const changes = steps.filter((step) => !["note", "forget", "keep"].includes(step.do));
  if (changes.length > 0) {
    return [`${folder.named}${isDry ? " would change" : ""}:`, ...steps.flatMap(lineOf)];
  }
  if (verb === "install") return [`${folder.named}: all is in place`];
  return [
    `${folder.named}: ${steps.length === 0 ? "nothing of agentlb is there" : "it is as it was before"}`,
  ];
}

function lineOf(step: Step): string[] {
  switch (step.do) {
    case "note":
    case "forget":
      return [];
    case "back up":
      return [line("back up", `${step.path} as ${step.as}`)];
    case "put": {
      const { path, from } = step.piece;
      if (from === "nothing") return [line("take away", path)];
      if ("file" in from) return [line("copy", `${from.file} as ${path}`)];
      return ["link" in from ? line("link", `${path} to ${from.link}`) : line("write", path)];
    }
    case "take away":
      return [line("take away", step.path)];
    case "bring back":
      return [line("bring back", step.path)];
    case "keep":
      return [line("keep", `${step.path}, which is yours`)];
    case "leave": {
      const before = step.before === undefined ? "" : `; before the install it was ${step.before}`;
      return [line("leave", `${step.path}, which was changed${before}`)];
    }
  }
}

function line(verb: string, what: string): string {
  return `  ${verb.padEnd(10)}  ${what}`;
}

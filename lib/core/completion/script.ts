import type { CompletedShell } from "./request.ts";
import { bashScript } from "./scripts/bash.ts";
import { fishScript } from "./scripts/fish.ts";
import { powershellScript } from "./scripts/powershell.ts";
import { zshScript } from "./scripts/zsh.ts";

/** The programs that can be completed. */
export type CompletedProgram = "agentlb" | "cap" | "clb";

/**
 * The script that completes a program in a shell. It always asks `agentlb`, because a `cap` on PATH may be the program of
 * somebody else.
 */
export function completionScript(shell: CompletedShell, program: CompletedProgram): string {
  const ask = program === "agentlb" ? "agentlb" : `agentlb ${program}`;
  switch (shell) {
    case "bash":
      return bashScript(program, ask);
    case "zsh":
      return zshScript(program, ask);
    case "fish":
      return fishScript(program, ask);
    case "powershell":
      return powershellScript(program, ask.slice("agentlb".length));
  }
}

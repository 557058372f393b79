import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { TREE } from "../../rig/codex.ts";
import { sandbox } from "../../rig/in_test.ts";
import { patience } from "../../rig/patience.ts";
import { commandOf } from "../../rig/program.ts";
import type { Sandbox } from "../../rig/sandbox.ts";
import { describeWith } from "../../rig/tools.ts";
import { until } from "../../rig/until.ts";
import { publish } from "./support/published.ts";
import { openTerminal } from "./support/terminal.ts";

/** The recipes of the page, by the language of their blocks. */
function recipes(language: string): string[] {
  const page = readFileSync(join(TREE, "docs/statusline.md"), "utf8");
  return [...page.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].filter(([, name]) => name === language)
    .map(([, , text = ""]) => text);
}

/** A user with two sessions, of which "b" would be picked, and with agentlb on PATH. */
function user(): Sandbox {
  const made = sandbox({ env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
  for (const alias of ["a", "b"]) made.addAlias(alias);
  publish(made, { a: { used: [60, 20] }, b: { used: [10, 20] } });
  symlinkSync(commandOf("compiled")[0], join(made.bin, "agentlb"));
  return made;
}

const OTHER = ">b 90%/80% resets - (2/2)";
const OWN = "a 40%/80% resets - (2/2)";

describeWith(["tmux", "zsh", "fish"], "a recipe of the page shows the line in", () => {
  test.each([["zsh", ".zshrc"], ["fish", ".config/fish/config.fish"]])(
    "%s",
    { timeout: patience(60_000) },
    async (shell, settings) => {
      const made = user();
      const path = join(made.home, settings);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, recipes(shell).join("\n"));
      const terminal = openTerminal(made, { CODEX_HOME: made.homeOf("a") });
      terminal.type(shell);
      await until(() => terminal.screen().includes(OWN), () => `the line: ${terminal.screen()}`);
      terminal.type("export CODEX_HOME=");
      await until(() => terminal.screen().includes(OTHER), () => `the other line: ${terminal.screen()}`);
      terminal.type("exit");
      terminal.close();
    },
  );

  test.each([0, 1])("tmux, recipe %i", { timeout: patience(60_000) }, async (number) => {
    const made = user();
    // The server of tmux may have a PATH without it.
    mkdirSync(join(made.home, ".local/bin"), { recursive: true });
    renameSync(join(made.bin, "agentlb"), join(made.home, ".local/bin/agentlb"));
    const path = join(made.home, "recipe.conf");
    writeFileSync(path, `${recipes("tmux")[number]!.replace("status-interval 15", "status-interval 1")}`);
    const sockets = join(made.dir, "inner");
    mkdirSync(sockets);
    const tmux = `env -u TMUX TMUX_TMPDIR='${sockets}' tmux -f '${path}'`;
    onTestFinished(() => void spawnSync("sh", ["-c", `${tmux} kill-server`], { env: made.env }));
    const terminal = openTerminal(made);
    terminal.type(`${tmux} new-session sh`);
    await until(() => terminal.screen().includes(OTHER), () => `the line: ${terminal.screen()}`);
    // As a Codex that runs in the pane.
    terminal.type(`CODEX_HOME='${made.homeOf("a")}' sleep 60`);
    const shown = number === 0 ? OTHER : OWN;
    await until(
      () => terminal.screen().includes(` ${shown}`),
      () => `the line of the pane: ${terminal.screen()}`,
    );
    terminal.press("C-c");
    await until(() => terminal.screen().includes(OTHER), () => `the line again: ${terminal.screen()}`);
    expect(terminal.screen()).not.toContain("not ready");
    terminal.close();
  });
});

import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { startBackend } from "../../rig/backend.ts";
import { codexEnv, NATIVE_CODEX } from "../../rig/codex.ts";
import { writeHome } from "../../rig/home.ts";
import { sandbox } from "../../rig/in_test.ts";
import { finished } from "../../rig/result.ts";
import { AUTH_VARIANTS } from "../verdicts/auth_files.ts";
import { patience } from "../../rig/patience.ts";

test(
  "what is handed out, and what is not, is what the real Codex says of each file",
  { timeout: patience(120_000) },
  async () => {
    // Some kinds Codex can judge only by asking the service, wherever the settings say that is.
    const variants = AUTH_VARIANTS.filter(({ offline }) => offline !== "refuses");
    const backend = await startBackend();
    const user = sandbox();
    const said = new Map<string, string>();
    const ask = async (index: number) => {
      const { name, make } = variants[index]!;
      const home = join(user.home, `home-${index}`, ".codex");
      mkdirSync(dirname(home));
      writeHome(home, { backend });
      writeFileSync(join(home, "auth.json"), make(JSON.parse(backend.authFile("a"))));
      // These files name whatever they want, so the address for refreshes is forced to the fake.
      const env = codexEnv(home, { CODEX_REFRESH_TOKEN_URL_OVERRIDE: `${backend.url}/oauth/token` });
      const child = spawn(NATIVE_CODEX, ["login", "status"], {
        env,
        cwd: home,
        detached: true,
        stdio: "pipe",
      });
      child.stdin.end();
      const { code, stderr } = await finished(child, 30_000);
      said.set(name, code === 0 ? "takes" : `refuses: ${stderr.split("\n").at(-2)}`);
    };
    try {
      let next = 0;
      const lane = async () => {
        while (next < variants.length) await ask(next++);
      };
      await Promise.all([lane(), lane(), lane()]);
    } finally {
      await backend.close();
    }
    const different = variants.filter(({ name, problem, offline }) =>
      !said.get(name)?.startsWith(offline ?? (problem === undefined ? "takes" : "refuses"))
    );
    expect(different.map(({ name, problem }) => [name, problem, said.get(name)])).toEqual([]);
    expect(new Set(AUTH_VARIANTS.map(({ name }) => name)).size).toBe(AUTH_VARIANTS.length);
  },
);

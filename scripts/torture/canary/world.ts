import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeSandbox, type Sandbox } from "../../../rig/sandbox.ts";

/** The state of a world in which commands run. */
export const CONDITIONS = ["whole", "damaged", "Codex that tells its token", "wrong kinds of files"] as const;
export type Condition = typeof CONDITIONS[number];

const CLAIMS = JSON.stringify({
  exp: 4_000_000_000,
  "https://api.openai.com/auth": { chatgpt_user_id: "u", chatgpt_account_id: "w", chatgpt_plan_type: "pro" },
});

/** An auth file whose every secret has the canary. */
export function secretLogin(canary: string, user: string): string {
  const jwt = `${base64url('{"alg":"none"}')}.${base64url(CLAIMS.replace('"u"', `"${user}"`))}.${canary}`;
  const tokens = { id_token: jwt, access_token: jwt, refresh_token: `rt_${canary}`, account_id: "w" };
  return JSON.stringify({
    auth_mode: "chatgpt",
    OPENAI_API_KEY: null,
    tokens,
    last_refresh: new Date().toISOString(),
  });
}

/** A user all of whose logins hold the canary. */
export function secretWorld(canary: string, condition: Condition): Sandbox & { readonly pool: string } {
  const user = makeSandbox({ codex: "none", leaveMs: 20_000 });
  const pool = join(user.home, "pool");
  const own = join(user.home, ".codex");
  for (const folder of [pool, own, join(user.home, "s1")]) mkdirSync(folder, { recursive: true });
  const login = secretLogin(canary, "u");
  const key = JSON.stringify({ auth_mode: "apikey", OPENAI_API_KEY: `sk-${canary}` });
  for (const [alias, authFile] of [["a", login], ["b", secretLogin(canary, "v")], ["key", key]] as const) {
    user.addAlias(alias, { authFile });
  }
  user.addAlias("pat", {
    authFile: JSON.stringify({ auth_mode: "personalAccessToken", personal_access_token: `at-${canary}` }),
  });
  for (const name of ["auth-a.json", "auth-b.json"]) {
    writeFileSync(join(pool, name), secretLogin(canary, name));
  }
  writeFileSync(join(own, "auth.json"), login);
  writeFileSync(join(user.home, "s1", "auth.json"), login);
  writeFileSync(join(user.cwd, ".env"), `OPENAI_API_KEY=sk-${canary}\n`);
  writeCodex(user, canary, condition);
  if (condition === "damaged") damage(user, pool, canary);
  if (condition === "wrong kinds of files") misplace(user, pool, canary);
  return { ...user, pool };
}

/** A `codex` that fails, and that tells all it knows wherever nobody but us can hear it. */
function writeCodex(user: Sandbox, canary: string, condition: Condition): void {
  const told = condition === "Codex that tells its token";
  const path = join(user.bin, "codex");
  writeFileSync(
    path,
    [
      "#!/bin/sh",
      `tell() { ${told ? `echo "token ${canary} refused: Bearer ${canary}" >&2; echo "${canary}"` : ":"}; }`,
      'case "$*" in',
      `  --version) tell; echo "codex-cli 0.171.0" ;;`,
      '  "login status"*|features*) tell; exit 1 ;;',
      "  *app-server*)",
      "    tell",
      // One gives no answer, so that its last words are looked at.
      '    case "$CODEX_HOME" in */b) exit 3 ;; esac',
      "    read -r line",
      ...(told
        ? [
          `    echo '{"id":1,"error":{"code":-32603,"message":"bad token ${canary}: access_token=${canary}"}}'`,
          `    echo '{"id":2,"error":{"code":-32603,"message":"bad token ${canary}"}}'`,
          `    echo '{"method":"error","params":{"message":"${canary}"}}'`,
        ]
        : []),
      "    exit 3 ;;",
      "  *) exit 4 ;;",
      "esac",
      "",
    ].join("\n"),
  );
  chmodSync(path, 0o755);
}

/** Files that are no longer what they were, with the canary in the middle of the damage. */
function damage(user: Sandbox, pool: string, canary: string): void {
  const cut = `{"tokens":{"access_token":"${canary}", ${canary}`;
  writeFileSync(join(user.homeOf("a"), "auth.json"), cut);
  writeFileSync(
    join(user.homeOf("b"), "auth.json"),
    `{"auth_mode":"${canary}","tokens":{"id_token":"${canary}"}}`,
  );
  writeFileSync(join(user.homeOf("key"), "auth.json"), `\ufeffOPENAI_API_KEY=sk-${canary}`);
  writeFileSync(join(user.homeOf("b"), "config.toml"), `api_key = "${canary}"\napi_key = ${canary}`);
  writeFileSync(join(pool, "auth-a.json"), cut);
  writeFileSync(join(pool, "auth-b.json"), `"${canary}"`);
  writeFileSync(
    join(user.home, ".codex", "config.toml"),
    `[model_providers.x]\nkey = "${canary}"\nkey = ${canary}`,
  );
}

/** Folders and links in the place of files. */
function misplace(user: Sandbox, pool: string, canary: string): void {
  const auth = join(user.homeOf("a"), "auth.json");
  rmSync(auth);
  mkdirSync(auth);
  writeFileSync(join(auth, "auth.json"), canary);
  mkdirSync(join(user.root, "state"), { recursive: true });
  for (const name of ["global.json", "leases.json"]) mkdirSync(join(user.root, "state", name));
  mkdirSync(join(pool, "auth-c.json"));
  chmodSync(join(user.homeOf("b"), "auth.json"), 0o000);
}

function base64url(text: string): string {
  return Buffer.from(text).toString("base64url");
}

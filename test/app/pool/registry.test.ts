import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { readTeam, registryPath, twfStateFolder } from "../../../lib/app/pool/registry.ts";
import { findTwf } from "../../../lib/app/pool/watch/twf.ts";
import { world } from "../world.ts";

function skills() {
  const around = world();
  const dir = dirname(around.bin);
  const settings = {
    skillDir: join(dir, "skills", "pool"),
    homes: { own: join(dir, "home"), of: () => undefined },
  };
  const write = (text: string, ...names: string[]) => {
    const path = join(dir, ...names);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  return { dir, settings, write, host: (env: Record<string, string> = {}) => around.host({ env }) };
}

describe("the registry of a team", () => {
  test("is where it was typed, else where the environment says, else where the sibling skill keeps it", async () => {
    const { dir, settings, write, host } = skills();
    const at = (env: Record<string, string>, typed?: string) => registryPath(host(env), settings, typed);
    const both = { AITWF_REGISTRY: "/r.json", AITWF_DIR: "/d" };
    expect(await at(both, "own/reg.json")).toBe(join(dir, "own/reg.json"));
    expect(await at(both)).toBe("/r.json");
    expect(await at({ AITWF_DIR: " /d " })).toBe("/d/registry.json");
    const sibling = join(dir, "skills/ai-team-workflow");
    expect(await at({})).toBe(join(sibling, "share/registry.json"));
    write("share:\n  dir: elsewhere\n", "skills/ai-team-workflow/scripts/atwf_config.yaml");
    expect(await at({})).toBe(join(sibling, "elsewhere/registry.json"));
    write("share_dir: /far\n", "skills/ai-team-workflow/scripts/atwf_config.yaml");
    expect(await at({})).toBe("/far/registry.json");
    write("share: [", "skills/ai-team-workflow/scripts/atwf_config.yaml");
    expect(await at({})).toBe(join(sibling, "share/registry.json"));
  });

  test("names the workers, with what twf knows of them", () => {
    const { dir, settings, write, host } = skills();
    const state = write('{"tmux_target": "w1:0.0", "codex_home": "/homes/w1"}', "states/w1.json");
    const registry = write(
      JSON.stringify({
        members: [{ full: "w1", state_file: state }, { full: "w2", state_file: "/none/w2.json" }, {
          full: "w3",
        }],
      }),
      "registry.json",
    );
    const team = readTeam(host({ TWF_WORKERS_DIR: join(dir, "workers") }), settings, registry);
    expect(team).toMatchObject([
      { full: "w1", home: "/homes/w1", state: { tmuxTarget: "w1:0.0" } },
      { full: "w2", home: join(dir, "workers/w2"), state: {} },
      { full: "w3", home: join(dir, "workers/w3") },
    ]);
    expect(twfStateFolder(registry, [...team].reverse())).toBe(join(dir, "states"));
    expect(readTeam(host(), settings, registry)[2]?.home).toBe(join(dir, "home/.codex-workers/w3"));
  });
});

test("twf is where CAP_TWF says, else in a sibling skill, else in the user's; nowhere is a failure", () => {
  const { settings, write, host } = skills();
  expect(() => findTwf(host(), settings)).toThrow(
    /^❌ twf not found: .*skills\/tmux-workflow.*\.codex\/skills\/tmux-workflow/,
  );
  const users = write("", "home/.codex/skills/tmux-workflow/scripts/twf");
  expect(findTwf(host(), settings)).toBe(users);
  const sibling = write("", "skills/tmux-workflow/scripts/twf");
  expect(findTwf(host(), settings)).toBe(sibling);
  expect(findTwf(host({ CAP_TWF: "home/.codex/skills/tmux-workflow/scripts/twf" }), settings)).toBe(users);
  expect(() => findTwf(host({ CAP_TWF: "/gone/twf" }), settings)).toThrow("❌ twf not found: /gone/twf");
});

import { describe, expect, it } from "vitest";
import { FLAVOURS } from "../../../lib/core/pool/flavour.ts";
import { type Origin, placeOf } from "../../../lib/core/pool/origin.ts";

const NOWHERE: Origin = { by: "program", folder: "/usr/bin" };

describe("settings and state are", () => {
  it.each<[platform: string, env: Record<string, string>, home: string, config: string, state: string]>([
    [
      "linux",
      {},
      "/home/me",
      "/home/me/.config/agentlb/cap_config.yaml",
      "/home/me/.local/state/agentlb/cap.json",
    ],
    [
      "darwin",
      {},
      "/home/me",
      "/home/me/.config/agentlb/cap_config.yaml",
      "/home/me/.local/state/agentlb/cap.json",
    ],
    [
      "linux",
      { XDG_CONFIG_HOME: "/c", XDG_STATE_HOME: "relative", APPDATA: "C:\\r" },
      "/home/me",
      "/c/agentlb/cap_config.yaml",
      "/home/me/.local/state/agentlb/cap.json",
    ],
    [
      "win32",
      { APPDATA: "C:\\Users\\me\\AppData\\Roaming", LOCALAPPDATA: "D:\\local", XDG_CONFIG_HOME: "/c" },
      "C:\\Users\\me",
      "C:\\Users\\me\\AppData\\Roaming\\agentlb\\cap_config.yaml",
      "D:\\local\\agentlb\\cap.json",
    ],
    [
      "win32",
      { AppData: "relative" },
      "C:\\Users\\me",
      "C:\\Users\\me\\AppData\\Roaming\\agentlb\\cap_config.yaml",
      "C:\\Users\\me\\AppData\\Local\\agentlb\\cap.json",
    ],
  ])(
    "on %s with %j, outside of a skill, in the user's folders",
    (platform, env, home, configFile, stateFile) => {
      expect(placeOf(NOWHERE, FLAVOURS.cap, { env, platform }, home)).toMatchObject({
        configFile,
        stateFile,
      });
    },
  );

  it.each<[platform: string, origin: Origin, skillDir: string, configFile: string]>([
    ["linux", { by: "program", folder: "/s/cap/scripts" }, "/s/cap", "/s/cap/scripts/cap_config.yaml"],
    ["linux", { by: "shim", folder: "/s/cap/bin" }, "/s/cap", "/s/cap/bin/cap_config.yaml"],
    [
      "win32",
      { by: "program", folder: "C:\\s\\cap\\scripts" },
      "C:\\s\\cap",
      "C:\\s\\cap\\scripts\\cap_config.yaml",
    ],
  ])("on %s, for %j, in the skill", (platform, origin, skillDir, configFile) => {
    expect(placeOf(origin, FLAVOURS.cap, { env: {}, platform }, "/home/me")).toMatchObject({
      skillDir,
      configFile,
    });
  });
});

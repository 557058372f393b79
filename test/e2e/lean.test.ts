import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TREE } from "../../rig/codex.ts";
import { sandbox } from "../../rig/in_test.ts";
import { type Loads, loadsOf } from "./support/loads.ts";
import { publish } from "./support/published.ts";

/** Most files of ours that a pick may load. Every one of them costs each start of Codex a little. */
const MOST_FILES = 78;
/** What a pick may load of the runtime; `node:url` only where the program is no compiled one. */
const BUILTINS = ["node:fs", "node:path", "node:process", "node:url"];
/** What only other commands need. */
const ELSEWHERE =
  /^lib\/(\w+\/pool\/.+|app\/(supervisor\/.+|session\/(login|remove)|pick\/report|config\/file)|io\/(rpc|formats|pattern|width|files\/watch|journal)|cli\/(declaration\/(help|misuse|catalogue|usage)|view\/status))\.ts$/;

function user() {
  const made = sandbox({ env: { AGENTLB_SUPERVISOR_DISABLED: "1" } });
  for (const alias of ["a", "b"]) made.addAlias(alias);
  publish(made, { a: {}, b: {} });
  return made;
}

/** What was loaded and is not needed to pick. */
function surplusOf({ files, libraries, builtins }: Loads): string[] {
  return [
    ...files.filter((file) => ELSEWHERE.test(file)),
    ...libraries,
    ...builtins.filter((name) => !BUILTINS.includes(name)),
  ];
}

test.each(["--print-command", "rr --print-command", "last --print-command"])(
  "a pick loads nothing that it does not need: %s",
  (line) => {
    const made = user();
    if (line.startsWith("last")) loadsOf(made, ["rr", "--print-command"]);
    const loads = loadsOf(made, line.split(" "));
    expect(loads.stdout).toMatch(/^CODEX_HOME=\S+ codex\n$/);
    expect(surplusOf(loads)).toEqual([]);
    const [first = ""] = line.split(" ");
    const command = first.startsWith("-") ? "best" : first;
    expect(loads.files.filter((file) => file.startsWith("lib/cli/commands/"))).toEqual(
      ["all", command].sort().map((name) => `lib/cli/commands/${name}.ts`),
    );
    expect(loads.files.length).toBeLessThanOrEqual(MOST_FILES);
  },
);

test("`status` adds its report, and what knows the width of letters only when there are others than ASCII", () => {
  const made = user();
  const plain = loadsOf(made, ["status"]);
  expect(plain.stdout).toContain("selected session: a");
  const report = ["lib/app/pick/report.ts", "lib/cli/view/status.ts"];
  expect(surplusOf(plain)).toEqual(report);
  made.addAlias("東京");
  expect(surplusOf(loadsOf(made, ["status"]))).toEqual([
    ...report,
    "lib/io/width.ts",
    "ansi-regex",
    "get-east-asian-width",
    "string-width",
    "strip-ansi",
  ]);
});

test("a config.toml is what brings in its reader", () => {
  const made = user();
  writeFileSync(join(made.root, "config.toml"), "[sessions]\nstale_sec = 600\n");
  const loads = loadsOf(made, ["rr", "--print-command"]);
  expect(surplusOf(loads)).toEqual(["lib/app/config/file.ts", "lib/io/formats.ts", "smol-toml"]);
});

test("one import too many is seen", () => {
  const made = user();
  const entry = join(made.dir, "planted.ts");
  const imports = ["lib/app/supervisor/supervisor.ts", "lib/io/width.ts", "cli.ts"].map((path) =>
    `import ${JSON.stringify(join(TREE, path))};`
  );
  writeFileSync(entry, ['import "node:http";', ...imports].join("\n"));
  const loads = loadsOf(made, ["rr", "--print-command"], entry);
  expect(surplusOf(loads)).toEqual(expect.arrayContaining([
    "lib/app/supervisor/monitor.ts",
    "lib/app/supervisor/supervisor.ts",
    "lib/io/width.ts",
    "node:http",
    "string-width",
  ]));
  expect(loads.files.length).toBeGreaterThan(MOST_FILES);
});

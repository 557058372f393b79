import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { TREE } from "../../rig/codex.ts";
import { sandbox } from "../../rig/in_test.ts";
import { type Loads, loadsOf } from "./support/loads.ts";
import { publish } from "./support/published.ts";

/** What a pick may load of the runtime; `node:url` only where the program is no compiled one. */
const BUILTINS = ["node:fs", "node:path", "node:process", "node:url"];
/** What only other commands need; every start of Codex would pay for it. Whole rooms, and single files of the others. */
const ELSEWHERE = new RegExp(
  "^lib/(" + [
    "\\w+/(pool|login|moving|sharing|skill|simulation|supervisor|library|thread|completion)/.+",
    "app/config/file",
    "app/event/.+",
    "app/daemon/(daemon|caller|replacement|stop_request)",
    "app/pick/(glimpse|report|report_here|watch|why|forecast|simulate)",
    "\\w+/(text/)?screen/.+",
    "app/session/(bindings|clear|history|published_status|readings_file)",
    "app/codex/(app_server|auth_file|codex_program|conversation|login_watch)",
    "cli/skill",
    "cli/(output|prompt)/.+",
    "app/codex/threads/.+",
    "cli/view/(thread/.+|forecast|notes|simulation|status|why)",
    "core/codex/(activity|auth_file|methods|no_auth_file|rollout|threads/.+)",
    "core/event/(event|marks\\w*|words)",
    "core/pick/(report/(row_order|standing|statusline)|trials|why)",
    "core/quota/(forecast|history|ledger)",
    "core/session/readings_file",
    "core/shell/(desktop_notice|quote_\\w+)",
    "core/text/(heap|sha256|span|table)",
    "io/(formats|journal|rpc|tmux|width|yaml)",
    "io/files/(append|follow|lines|parts|place|tail|trees|watch)",
  ].join("|") + ")\\.ts$",
);

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
  },
);

/** What the line of a prompt never loads, beside that: what parses command lines, picks, waits or starts anything. */
const NO_PROMPT = new RegExp(
  "^lib/(" + [
    "app/(codex/(?!account_file)|daemon/|login/|supervisor/|thread/)",
    "app/pick/(await_\\w+|choose|pick)",
    "cli/(arguments|main|commands/|declaration/|view/)",
    "core/(supervisor/|simulation/)",
    "core/session/(app_server_record|run_record|codex_versions)",
    "io/process/(codex_processes|lock_table|openers)",
  ].join("|") + ")",
);

test.each([[], ["--format", "{alias} {left}"]])(
  "the line of a prompt loads nothing that it does not need: %j",
  (...format) => {
    const made = user();
    const loads = loadsOf(made, ["statusline", ...format.flat()]);
    expect(loads.stdout).toMatch(/^>?a /);
    expect(surplusOf(loads)).toEqual([
      "lib/app/pick/glimpse.ts",
      "lib/cli/prompt/line.ts",
      "lib/cli/prompt/quick.ts",
      "lib/core/pick/report/statusline.ts",
    ]);
    expect(loads.files.filter((file) => NO_PROMPT.test(file))).toEqual([]);
  },
);

test("`status` adds its report, and what knows the width of letters only when there are others than ASCII", () => {
  const made = user();
  const plain = loadsOf(made, ["status"]);
  expect(plain.stdout).toContain("selected session: a");
  const report = [
    "lib/app/pick/report.ts",
    "lib/app/pick/report_here.ts",
    "lib/cli/output/json.ts",
    "lib/cli/screen/face.ts",
    "lib/cli/view/notes.ts",
    "lib/cli/view/status.ts",
    "lib/core/pick/report/row_order.ts",
    "lib/core/text/screen/face.ts",
    "lib/core/text/table.ts",
  ];
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
    "lib/core/supervisor/monitor.ts",
    "lib/io/files/watch.ts",
    "lib/io/width.ts",
    "node:http",
    "string-width",
  ]));
});

test("only a command line that goes on with a thread brings in what finds it", () => {
  const made = user();
  const finders = ["lib/app/thread/route.ts", "lib/core/thread/request.ts"];
  const plain = loadsOf(made, ["--print-command", "--", "exec", "the work"]);
  expect(surplusOf(plain)).toEqual([]);
  const other = loadsOf(made, ["--print-command", "--", "resume"]);
  expect(surplusOf(other)).toEqual(expect.arrayContaining(finders));
});

test("only a bound folder brings in what reads bindings", () => {
  const made = user();
  mkdirSync(join(made.root, "state"), { recursive: true });
  writeFileSync(join(made.root, "state/bindings.json"), '{"v":1,"folders":{}}\n');
  expect(surplusOf(loadsOf(made, ["rr", "--print-command"]))).toEqual([
    "lib/app/session/bindings.ts",
    "lib/core/thread/binding.ts",
  ]);
});

/** What the compiled program reads, but for the parts of some bytes that only name another. */
test.each([
  ["rr --cmd true", ["agentlb", "base", "look"]],
  ["status", ["agentlb", "base", "look", "status", "whereabouts"]],
  ["statusline", ["base", "look", "prompt"]],
  ["cap where", ["base", "cap", "views"]],
])("a compiled program reads few parts, however many commands there are: %s", (line, parts) => {
  const loads = loadsOf(user(), line.split(" "), join(TREE, "dist/chunks/cli.js"));
  const read = loads.files.filter((file) => statSync(join(TREE, file)).size > 500);
  expect(read.map((file) => basename(file).replace(/-[\w-]{8}\.js$/, ""))).toEqual(parts);
});

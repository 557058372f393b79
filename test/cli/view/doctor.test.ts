import { expect, test } from "vitest";
import { doctorText } from "../../../lib/cli/view/doctor.ts";
import { finding } from "../../../lib/core/doctor/finding.ts";

const NOTHING = { findings: [], homes: [], repairs: undefined, bundle: undefined };

test("says what was repaired and what was not, then what is wrong, then the size of the homes", () => {
  const findings = [
    finding("codex-found", "codex at /x"),
    finding("root-open", "/r is open", "chmod 700 /r", { kind: "close", path: "/r", isFolder: true }),
    finding("root-foreign", "/r/x is another's", "1 /r"),
  ];
  const repairs = [
    { check: "root-open", done: "took the rights away", problem: undefined },
    { check: "state-broken", done: undefined, problem: "the disk is\nfull" },
  ] as const;
  const homes = [{ alias: "small", bytes: 1000 }, { alias: "large", bytes: 2_000_000 }];
  expect(doctorText({ findings, homes, repairs, bundle: "/r.txt" })).toBe(`\
fixed  took the rights away
failed the disk is\\nfull
note   codex at /x
fault  /r is open
       run: chmod 700 /r; or run: agentlb doctor --fix
fault  /r/x is another's
       run: chown -R 1 /r, or set AGENTLB_HOME to a folder of your own
disk   2.0 MB in sessions: large 2.0 MB, small 1.0 kB
2 things to mend
report in /r.txt; read it before you share it
`);
});

test("names the largest homes only", () => {
  const homes = Array.from({ length: 12 }, (_, at) => ({ alias: `s${at}`, bytes: at }));
  expect(doctorText({ ...NOTHING, homes })).toContain("s11 11 B, s10 10 B, ");
  expect(doctorText({ ...NOTHING, homes })).toMatch(/s4 4 B, and 4 more\nnothing to mend\n$/);
});

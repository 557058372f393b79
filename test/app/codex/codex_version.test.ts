import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { CodexVersions } from "../../../lib/app/codex/codex_version.ts";
import { layoutOf } from "../../../lib/core/system/layout.ts";
import { fingerprintOf } from "../../../lib/io/files/read.ts";
import { realHost } from "../../../lib/io/host.ts";
import type { Launch } from "../../../lib/core/shell/launch.ts";
import { FakeClock } from "../../../rig/clock.ts";

const MINUTE = 60_000;

/** A program that says this when it is asked for its version, as a script or with the first bytes of a real program. */
function place(stdout: string, kind: "script" | "binary" = "binary", code = 0) {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlb-version-")));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const layout = layoutOf(join(dir, "root"));
  mkdirSync(layout.root);
  const path = join(dir, "codex");
  const replace = (text: string) =>
    writeFileSync(path, `${kind === "script" ? "#!/bin/sh\n" : "\x7fELF"}${text}`);
  replace("");
  const asked: Launch[] = [];
  const said = { stdout, code };
  const capture = (launch: Launch) => {
    asked.push(launch);
    return Promise.resolve({ exit: { code: said.code }, stdout: said.stdout, stderr: "" });
  };
  const clock = new FakeClock();
  const host = { capture, clock, env: { CODEX_API_KEY: "made-up" }, platform: "linux" };
  const program = () => ({ path, fingerprint: fingerprintOf(path)! });
  return {
    layout,
    clock,
    asked,
    said,
    program,
    replace,
    fresh: (mayWrite = () => true) => new CodexVersions(host, layout, mayWrite),
  };
}

describe("the version of a program", () => {
  it("is asked once, in no home and without a key, and kept for every later process", async () => {
    const { fresh, program, asked, layout } = place("codex-cli 0.140.0\n");
    expect(await fresh().learn(program())).toBe("0.140.0");
    expect(fresh().of(program())).toBe("0.140.0");
    const next = fresh();
    expect(next.isKnown(program(), () => {})).toBe(true);
    expect(next.of(program())).toBe("0.140.0");
    expect(asked).toHaveLength(1);
    expect(asked[0]?.args).toEqual(["--version"]);
    expect(asked[0]?.env).not.toHaveProperty("CODEX_API_KEY");
    expect(existsSync(asked[0]?.env.CODEX_HOME ?? "/")).toBe(false);
    expect(JSON.parse(readFileSync(layout.codexVersions, "utf8")).schema).toBe("agentlb.codex-versions/1");
  });

  it("is kept nowhere once the root is another's", async () => {
    const { fresh, program, layout } = place("codex-cli 0.140.0\n");
    expect(await fresh(() => false).learn(program())).toBe("0.140.0");
    expect(existsSync(layout.state)).toBe(false);
    let asks = 0;
    expect(await fresh(() => ++asks < 2).learn(program())).toBe("0.140.0");
    expect(existsSync(layout.codexVersions)).toBe(false);
  });

  it("is asked again when the file is another", async () => {
    const { fresh, program, replace, said } = place("codex-cli 0.140.0");
    const versions = fresh();
    await versions.learn(program());
    replace("another");
    said.stdout = "codex-cli 0.171.0";
    expect(versions.of(program())).toBeUndefined();
    expect(await versions.learn(program())).toBe("0.171.0");
  });

  it("of a script holds for five minutes, in one process: what it starts may change without it", async () => {
    const { fresh, program, said, clock } = place("codex-cli 0.171.0", "script");
    const versions = fresh();
    await versions.learn(program());
    said.stdout = "codex-cli 0.110.0";
    await clock.advance(4 * MINUTE);
    expect(await versions.learn(program())).toBe("0.171.0");
    expect(await fresh().learn(program())).toBe("0.110.0");
    await clock.advance(MINUTE);
    expect(await versions.learn(program())).toBe("0.110.0");
  });

  it("is unknown where it says none, and asked for again a minute later", async () => {
    for (const [stdout, code] of [["", 0], ["codex-cli 0.171.0", 1], ["usage: x", 2]] as const) {
      const { fresh, program, said, clock, asked } = place(stdout, "binary", code);
      const versions = fresh();
      expect(await versions.learn(program())).toBeUndefined();
      Object.assign(said, { stdout: "codex-cli 0.171.0", code: 0 });
      expect(await versions.learn(program())).toBeUndefined();
      await clock.advance(MINUTE);
      expect(versions.isKnown(program(), () => {})).toBe(true);
      expect(await versions.learn(program())).toBe("0.171.0");
      expect(asked).toHaveLength(2);
    }
  });

  it("is asked once by all that want it at the same time, and they are told", async () => {
    const { fresh, program, asked } = place("codex-cli 0.171.0");
    const versions = fresh();
    const told = await new Promise<number>((resolve) => {
      let count = 0;
      const learnt = () => ++count === 2 && resolve(count);
      expect(versions.isKnown(program(), learnt)).toBe(false);
      expect(versions.isKnown(program(), learnt)).toBe(false);
    });
    expect([told, asked.length]).toEqual([2, 1]);
  });

  it("is what the app-server says, whatever the program said", async () => {
    const { fresh, program } = place("codex-cli 0.171.0", "script");
    const versions = fresh();
    await versions.learn(program());
    versions.heard(program(), "0.110.0");
    expect(versions.of(program())).toBe("0.110.0");
  });

  it("of a program that hangs, with a child that keeps its output open, is given up", async () => {
    const { layout } = place("");
    const path = join(layout.root, "hangs");
    writeFileSync(path, "#!/bin/sh\nsleep 20 &\nsleep 20\n");
    chmodSync(path, 0o755);
    const host = realHost(import.meta.url);
    const around = { ...host, capture: (launch: Launch) => host.capture(launch, 200) };
    const before = performance.now();
    const versions = new CodexVersions(around, layout);
    expect(await versions.learn({ path, fingerprint: "hangs" })).toBeUndefined();
    expect(performance.now() - before).toBeLessThan(10_000);
  });
});

import { describe, expect, it } from "vitest";
import { EXIT } from "../../../lib/core/text/failure.ts";
import { main } from "../../../lib/cli/main.ts";
import { start } from "../../../lib/cli/start.ts";
import { type Given, type World, world } from "../../app/world.ts";

interface Said {
  readonly end: unknown;
  readonly out: string;
  readonly err: string;
}

async function run(user: World, line: string, given: Given = {}): Promise<Said> {
  [user.out, user.err] = ["", ""];
  const args = line.split(" ").filter((word) => word !== "");
  const end = await main(user.host({ ...given, args }));
  return { end, out: user.out, err: user.err };
}

describe("a failure with --json", () => {
  it.each([["status", 1], ["rm gone", 2], ["--nope", 2]])(
    "is said on stderr where stdout takes nothing: %s",
    async (line, code) => {
      const user = world();
      const host = user.host({ args: [...line.split(" "), "--json"] });
      const full = () => {
        throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
      };
      expect(await main(Object.create(host, { out: { value: full } }))).toBe(code);
      expect(user.err).not.toBe("");
    },
  );

  it.each([
    ["rm gone", "usage"],
    ["new nobody@example.test --print-command", "usage"],
    ["pick", "nothingToPick"],
    ["why", "nothingToPick"],
    ["rr --print-command", "nothingToPick"],
    ["rr --print-command --cmd '", "usage"],
    ["waiting --forget ?", "usage"],
    ["bind --remove", "failed"],
  ])("is one object on stdout; exit code and words are the same: %s", async (line, code) => {
    const user = world();
    const plain = await run(user, line);
    const { end, out, err } = await run(user, `${line} --json`);
    expect({ end, err }).toEqual({ end: plain.end, err: plain.err });
    const [message = "", hint] = err.trimEnd().split("\n").map((said) =>
      said.replace(/^agentlb: (error|hint): /, "")
    );
    const found: unknown = JSON.parse(out);
    expect(found).toEqual({
      schema: "agentlb.error/1",
      code,
      exitCode: EXIT[code as keyof typeof EXIT],
      message,
      ...(hint === undefined ? {} : { hint }),
    });
    expect(out).toBe(`${JSON.stringify(found, undefined, 2)}\n`);
  });

  it.each([
    "--nope --json",
    "--json bogus",
    "--json rr",
    "--json",
    "new work --json",
    "status --json=yes",
    "status --json --json",
    "status x --json",
    "--json rm",
    "status --policy --json",
    "pick --policy best --json",
    "--json supervisor start",
    "help --json",
    "supervisor daemon --json",
    "bind --here --remove --json",
    "--json -- work",
  ])("is one also where the words can't be understood, wherever it stands: %s", async (line) => {
    const user = world();
    const { end, out, err } = await run(user, line);
    expect(end).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ schema: "agentlb.error/1", code: "usage", exitCode: 2 });
    expect(err).not.toBe("");
    expect(user.has()).toBe(false);
  });

  it("is not asked for by a --json that is for the command that is run", async () => {
    const user = world();
    expect((await run(user, "rr -- exec --json")).out).toBe("");
    expect((await run(user, "--nope -- --json")).out).toBe("");
  });

  it("names the option that runs nothing, where stdout is that of Codex", async () => {
    const user = world();
    for (const line of ["", "new work", "rr", "last"]) {
      expect(JSON.parse((await run(user, `${line} --json`)).out)).toMatchObject({
        message: expect.stringContaining("is only supported with --print-command"),
        hint: "leave out --json, or add --print-command",
      });
    }
  });

  it("has the code of what the system refuses, and of a bug, whose stack stays", async () => {
    const user = world();
    user.session("a");
    const refused = Object.assign(new Error("EACCES: permission denied, open '/x'"), { code: "EACCES" });
    const out = (thrown: Error) => () => {
      throw thrown;
    };
    const host = (thrown: Error) => ({
      ...user.host({ args: ["wait", "a", "--json"] }),
      clock: { ...user.host({ args: [] }).clock, monotonic: out(thrown) },
    });
    user.out = "";
    expect(await main(host(refused))).toBe(1);
    expect(JSON.parse(user.out)).toMatchObject({ code: "failed", exitCode: 1, message: refused.message });
    user.out = "";
    await expect(main(host(new RangeError("a bug")))).rejects.toThrow("a bug");
    expect(JSON.parse(user.out)).toMatchObject({ code: "bug", exitCode: 1, message: "a bug" });
  });

  it("is an object where Deno lacks a permission", async () => {
    const user = world();
    const message = 'Requires read access to "/x", run again with the --allow-read flag';
    const denied = Object.assign(new Error(message), { name: "NotCapable" });
    const forbid = () => {
      throw denied;
    };
    for (const json of [true, false]) {
      [user.out, user.err] = ["", ""];
      const host = { ...user.host({ args: json ? ["rr", "--json"] : ["rr"] }), argsAreText: forbid };
      expect(await start(host, { name: "agentlb", folder: "/x" }, process.versions)).toBe(1);
      expect(user.err).toBe(
        'agentlb: error: Not allowed: read access to "/x"\nagentlb: hint: run it with: deno run --allow-read …\n',
      );
      if (!json) expect(user.out).toBe("");
      else {expect(JSON.parse(user.out)).toEqual({
          schema: "agentlb.error/1",
          code: "failed",
          exitCode: 1,
          message: 'Not allowed: read access to "/x"',
          hint: "run it with: deno run --allow-read …",
        });}
    }
  });

  it("can't steer the terminal", async () => {
    const user = world();
    for (const word of ["\x1b[2J", "\x9b2J", "\u202e", "\u{e0041}"]) {
      const { out } = await run(user, `status ${word} --json`);
      expect(out).not.toContain(word);
      expect(JSON.parse(out).code).toBe("usage");
    }
  });
});

describe("--print-command --json", () => {
  it("prints the session, the words and the text for the shell's eval, and counts as a pick", async () => {
    const user = world();
    const home = user.session("a");
    user.status({ a: { age: 5, used: 25 } });
    for (const line of ["", "new", "rr", "last", "new a"]) {
      const { end, out } = await run(user, `${line} --print-command --json -- exec it's`);
      expect(end).toBe(0);
      expect(JSON.parse(out)).toEqual({
        schema: "agentlb.command/1",
        alias: "a",
        home,
        argv: ["codex", "exec", "it's"],
        shell: "sh",
        text: `CODEX_HOME=${home} codex exec 'it'"'"'s'`,
      });
    }
    expect(user.json("state", "sessions", "a.json").pick_seq).toBe(5);
    expect(user.launches).toEqual([]);
    const fish = JSON.parse((await run(user, "rr --print-command --json --shell fish")).out);
    const plain = (await run(user, "rr --print-command --shell fish")).out;
    expect(fish).toMatchObject({ shell: "fish", text: plain.trimEnd() });
  });
});

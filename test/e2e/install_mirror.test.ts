/** A mirror that is out to harm gets nothing but a refusal. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer as createPlainServer } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { describeWith } from "../../rig/tools.ts";
import { inShells, type Person, person } from "./support/installer.ts";
import { HERE, makeRelease, program, sha256 } from "./support/release.ts";

const NAME = `agentlb-1.0.0-${HERE}`;
const ARCHIVE = `${NAME}.tar.gz`;

/** A release whose archive is packed from a folder that `fill` makes; `secret` is a file of the user's. */
function spoiled(
  who: Person,
  fill: (inside: string, secret: string) => void,
  args: readonly string[] = [NAME],
) {
  const { folder, sums } = makeRelease(who.user.dir);
  const secret = join(who.user.dir, "secret");
  writeFileSync(secret, "a key", { mode: 0o600 });
  const inside = join(who.user.dir, NAME);
  mkdirSync(inside);
  fill(inside, secret);
  const file = join(folder, ARCHIVE);
  const packed = spawnSync("tar", ["-C", who.user.dir, "--sort=name", "-P", "-czf", file, ...args]);
  expect([packed.status, String(packed.stderr)]).toEqual([0, ""]);
  rmSync(inside, { recursive: true });
  sums(() => `${sha256(file)}  ${ARCHIVE}\n`);
  return { folder, secret };
}

const put = (inside: string) => writeFileSync(join(inside, "agentlb"), program("1.0.0"), { mode: 0o755 });

inShells("of an archive whose agentlb is", (person) => {
  test.each<[what: string, fill: (inside: string, secret: string) => void]>([
    ["a link to a file of the user", (inside, secret) => symlinkSync(secret, join(inside, "agentlb"))],
    ["another name of it", (inside, secret) => linkSync(secret, join(inside, "agentlb"))],
    ["a device", (inside) => void spawnSync("mknod", [join(inside, "agentlb"), "c", "1", "5"])],
    ["a named pipe", (inside) => void spawnSync("mkfifo", [join(inside, "agentlb")])],
    ["a folder", (inside) => mkdirSync(join(inside, "agentlb"))],
  ])("%s, nothing is installed, and the file is as it was", async (what, fill) => {
    const who = person();
    // The other name has to come first, or the archive has no link.
    const args = what === "another name of it" ? [join(who.user.dir, "secret"), NAME] : [NAME];
    const { folder, secret } = spoiled(who, fill, args);
    const ended = await who.install(["--base", folder]);
    expect(ended.stderr).toContain(`Cannot install ${ARCHIVE}: there is no agentlb in it`);
    expect(ended.code).toBe(1);
    expect(statSync(secret).mode & 0o777).toBe(0o600);
    expect(readFileSync(secret, "utf8")).toBe("a key");
    expect(who.everything()).toEqual([]);
  });

  test("good, but that has other members that lead away, only agentlb is taken", async () => {
    const who = person();
    const up = join(who.user.dir, "planted");
    writeFileSync(up, "planted");
    const { folder, secret } = spoiled(who, (inside, secret) => {
      put(inside);
      mkdirSync(join(inside, "man/man1"), { recursive: true });
      symlinkSync(secret, join(inside, "man/man1/cap.1"));
      symlinkSync(who.user.home, join(inside, "away"));
    }, [NAME, up, `${NAME}/../planted`]);
    rmSync(up);
    expect(await who.install(["--base", folder])).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(up)).toBe(false);
    expect(statSync(secret).mode & 0o777).toBe(0o600);
    expect(who.everything().filter((path) => /planted|away|cap\.1/.test(path))).toEqual([]);
  });
});

inShells("too much of", (person) => {
  test("SHA256SUMS is refused", async () => {
    const who = person();
    const { folder } = makeRelease(who.user.dir);
    truncateSync(join(folder, "SHA256SUMS"), 3 * 1024 ** 3);
    const ended = await who.install(["--base", folder]);
    expect(ended.stderr).toMatch(/Cannot get .*SHA256SUMS: (it is larger than 1 MB|.*[Ff]ile too large)/);
    expect(ended.code).toBe(1);
    expect(who.everything()).toEqual([]);
  });

  test("an answer that does not end is refused", async () => {
    const who = person();
    const part = Buffer.alloc(65_536, "0\n");
    const server = createPlainServer((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(part));
      };
      response.on("drain", more);
      more();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const ended = await who.install(["--base", `http://127.0.0.1:${(server.address() as AddressInfo).port}`]);
    expect(ended.stderr).toMatch(/Cannot get .*SHA256SUMS: (it is larger than 1 MB|.*(writ|large))/);
    expect(ended.code).toBe(1);
    expect(who.everything()).toEqual([]);
  });
});

describe("SHA256SUMS", () => {
  test("with line ends of another system is understood", async () => {
    const who = person();
    const { folder, sums } = makeRelease(who.user.dir);
    sums((text) => text.replaceAll("\n", "\r\n"));
    expect(await who.install(["--base", folder])).toMatchObject({ code: 0, stderr: "" });
  });

  test.each(["\u001b[2J1.0.0", "1.0.0*", "1.0.0 x"])(
    "with a version that is no word, %j, names none",
    async (version) => {
      const who = person();
      const { folder, sums } = makeRelease(who.user.dir);
      sums((text) => text.replaceAll("1.0.0", version));
      const ended = await who.install(["--base", folder]);
      expect(ended.stderr).toContain("names no agentlb for");
      expect(ended.stdout + ended.stderr).not.toContain("\u001b");
    },
  );
});

describeWith(["openssl", "wget", "curl"], "a server with a certificate that leads to one without", () => {
  test.each(["curl", "wget"])("is not followed by %s, nor does anything reach that one", async (loader) => {
    const who = person(["dash"], { loaders: [loader] });
    const { folder } = makeRelease(who.user.dir);
    const dir = join(who.user.dir, "tls");
    mkdirSync(dir);
    const [key, cert] = [join(dir, "key"), join(dir, "cert")];
    const made = spawnSync("openssl", [
      ..."req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost".split(" "),
      ..."-addext subjectAltName=DNS:localhost".split(" "),
      ...["-keyout", key, "-out", cert],
    ]);
    expect(made.status).toBe(0);
    const asked: string[] = [];
    const plain = createPlainServer((request, response) => {
      asked.push(request.url ?? "");
      response.end(readFileSync(join(folder, request.url ?? "")));
    });
    const safe = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
      const path = request.url ?? "";
      if (path.startsWith("/good/")) response.end(readFileSync(join(folder, path.slice(6))));
      else if (path.startsWith("/moved/")) {
        response.writeHead(302, { location: path.replace("/moved/", "/good/") }).end();
      } else response.writeHead(302, { location: `http://127.0.0.1:${portOf(plain)}${path}` }).end();
    });
    for (const server of [plain, safe]) {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      onTestFinished(() => void server.close());
    }
    const settings = join(dir, "wgetrc");
    writeFileSync(settings, `ca_certificate = ${cert}\nhsts = off\n`);
    const env = { WGETRC: settings, CURL_CA_BUNDLE: cert };
    const base = `https://localhost:${portOf(safe)}`;
    const ended = await who.install(["--base", base], { env });
    expect(ended.stderr).toContain(`Cannot get ${base}/SHA256SUMS: `);
    if (loader === "wget") expect(ended.stderr).toContain("it leads to http://127.0.0.1");
    expect([ended.code, asked]).toEqual([1, []]);
    expect(who.everything()).toEqual([]);
    // While a step to another address with a certificate is taken.
    expect(await who.install(["--base", `${base}/moved`], { env })).toMatchObject({ code: 0, stderr: "" });
  });

  const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;

  test("is not followed with a wget that can only say afterwards where it was", async () => {
    const who = person(["dash"], { loaders: [] });
    const { folder } = makeRelease(who.user.dir);
    who.put(
      "wget",
      `[ "$1" = --version ] && exit 1\nfor url; do :; done\n` +
        `printf '  HTTP/1.1 302 Found\\n  Location: http://elsewhere.invalid/x\\r\\n  Location: https://back.invalid/\\n' >&2\n` +
        `cp "${folder}/\${url##*/}" "$3"`,
    );
    const ended = await who.install(["--base", "https://release.invalid"]);
    expect(ended.stderr).toContain(
      "it leads to http://elsewhere.invalid/x, and what comes that way can be changed",
    );
    expect(ended.code).toBe(1);
    expect(who.everything()).toEqual([]);
  });
});

import { join } from "node:path";
import { parseVersions, renderVersions } from "../../core/codex/version_file.ts";
import { codexVersionIn } from "../../core/codex/versions.ts";
import { codexEnvironment } from "../../core/shell/launch.ts";
import type { Layout } from "../../core/system/layout.ts";
import { ensureFolder } from "../../io/files/folders.ts";
import { readText } from "../../io/files/read.ts";
import { replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { isBinary } from "../../io/process/spawn.ts";
import type { CodexProgram } from "./codex_program.ts";

type HostPart = Pick<Host, "capture" | "clock" | "env" | "platform">;
type Places = Pick<Layout, "state" | "codexVersions">;

interface Answer {
  readonly version: string | undefined;
  /** Monotonic milliseconds. */
  readonly at: number;
  /** What a script starts may change without the script. */
  readonly isLasting: boolean;
}

const PATIENCE_MS = 5000;
const SCRIPT_LASTS_MS = 5 * 60_000;
const UNKNOWN_LASTS_MS = 60_000;

/** Which version of Codex the programs are that we start, known before one starts. */
export class CodexVersions {
  readonly #host: HostPart;
  readonly #places: Places | undefined;
  readonly #mayWrite: (path: string) => boolean;
  readonly #answers = new Map<string, Answer>();
  readonly #asked = new Map<string, Promise<string | undefined>>();

  /** `places` = where answers are kept, as long as `mayWrite` says so; undefined = nowhere. */
  constructor(host: HostPart, places: Places | undefined, mayWrite: (path: string) => boolean = () => true) {
    this.#host = host;
    this.#places = places;
    this.#mayWrite = mayWrite;
  }

  /** What is known of a program without asking it; undefined = it was not asked, or said nothing. */
  of({ fingerprint }: CodexProgram): string | undefined {
    return this.#answers.get(fingerprint)?.version;
  }

  /** Whether a program was asked; `learnt` is called when it was not, or when it has to be asked again, and has answered. */
  isKnown(program: CodexProgram, learnt: () => void): boolean {
    const known = this.#answers.get(program.fingerprint) ?? this.#remembered(program);
    if (known === undefined || this.#isOld(known)) void this.#ask(program).then(learnt, learnt);
    return known !== undefined;
  }

  /** Asks a program for its version, unless that is known. Waits some seconds at most. */
  async learn(program: CodexProgram): Promise<string | undefined> {
    const known = this.#answers.get(program.fingerprint) ?? this.#remembered(program);
    return known !== undefined && !this.#isOld(known) ? known.version : await this.#ask(program);
  }

  /** What an app-server of this program said of itself, which may be another than was asked. */
  heard(program: CodexProgram, version: string): void {
    const known = this.#answers.get(program.fingerprint);
    if (known?.version !== version) this.#note(program, version, known?.isLasting ?? false);
  }

  #isOld({ version, at, isLasting }: Answer): boolean {
    const lastsMs = version === undefined ? UNKNOWN_LASTS_MS : isLasting ? Infinity : SCRIPT_LASTS_MS;
    return this.#host.clock.monotonic() - at >= lastsMs;
  }

  #remembered({ path, fingerprint }: CodexProgram): Answer | undefined {
    const entry = this.#file().get(path);
    if (entry?.fingerprint !== fingerprint) return undefined;
    const answer = { version: entry.version, at: this.#host.clock.monotonic(), isLasting: true };
    this.#answers.set(fingerprint, answer);
    return answer;
  }

  #ask(program: CodexProgram): Promise<string | undefined> {
    const { fingerprint } = program;
    const asked = this.#asked.get(fingerprint) ??
      this.#answer(program).finally(() => this.#asked.delete(fingerprint));
    this.#asked.set(fingerprint, asked);
    return asked;
  }

  async #answer(program: CodexProgram): Promise<string | undefined> {
    const { path } = program;
    // In no home: it has nothing to look for, and nothing to leave there.
    const env = codexEnvironment(this.#host, join(this.#places?.state ?? "/", "no-home"), []);
    let version: string | undefined;
    try {
      const { exit, stdout } = await this.#host.capture(
        { file: path, args: ["--version"], env },
        PATIENCE_MS,
      );
      version = "code" in exit && exit.code === 0 ? codexVersionIn(stdout.slice(0, 1000)) : undefined;
    } catch {
      version = undefined; // it can't even be started
    }
    this.#note(program, version, isBinary(path));
    return version;
  }

  #note({ path, fingerprint }: CodexProgram, version: string | undefined, isLasting: boolean): void {
    this.#answers.set(fingerprint, { version, at: this.#host.clock.monotonic(), isLasting });
    if (version === undefined || !isLasting || this.#places === undefined) return;
    const { state, codexVersions } = this.#places;
    if (!this.#mayWrite(state)) return;
    const known = new Map(this.#file());
    known.delete(path);
    known.set(path, { fingerprint, version });
    try {
      ensureFolder(state);
      const mayReplace = () => this.#mayWrite(codexVersions);
      replaceFile(codexVersions, renderVersions(known), { mayReplace });
    } catch {
      // then it is asked again another time
    }
  }

  #file() {
    try {
      return parseVersions(this.#places && readText(this.#places.codexVersions));
    } catch {
      return parseVersions(undefined); // not ours to read
    }
  }
}

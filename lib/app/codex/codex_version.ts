import { join } from "node:path";
import { parseVersions, renderVersions } from "../../core/session/codex_versions.ts";
import { codexVersionIn } from "../../core/codex/versions.ts";
import { codexEnvironment } from "../../core/shell/launch.ts";
import type { Layout } from "../../core/system/layout.ts";
import { ensureFolder } from "../../io/files/folders.ts";
import { readOwn } from "../../io/files/read.ts";
import { MOST_BYTES } from "../../io/files/sizes.ts";
import { replaceFile } from "../../io/files/replace.ts";
import type { Host } from "../../io/host.ts";
import { isBinary } from "../../io/process/spawn.ts";
import { type CodexProgram, shortAnswer } from "./codex_program.ts";

type HostPart = Pick<Host, "capture" | "clock" | "env" | "platform">;
type Places = Pick<Layout, "state" | "codexVersions">;

interface Answer {
  readonly version: string | undefined;
  /** Monotonic milliseconds. */
  readonly at: number;
  /** False for scripts: their program can change while the script does not. */
  readonly isLasting: boolean;
}

const PATIENCE_MS = 5000;
const SCRIPT_LASTS_MS = 5 * 60_000;
const UNKNOWN_LASTS_MS = 60_000;

/** The versions of Codex programs, known before a start. */
export class CodexVersions {
  readonly #host: HostPart;
  readonly #places: Places | undefined;
  readonly #mayWrite: (path: string) => boolean;
  readonly #answers = new Map<string, Answer>();
  readonly #looked = new Set<string>();
  readonly #asked = new Map<string, Promise<string | undefined>>();

  /** `places` = the files for answers, subject to `mayWrite`; undefined = answers are not stored. */
  constructor(host: HostPart, places: Places | undefined, mayWrite: (path: string) => boolean = () => true) {
    this.#host = host;
    this.#places = places;
    this.#mayWrite = mayWrite;
  }

  /** The known version of a program; undefined = not asked yet, or no answer. */
  of(program: CodexProgram): string | undefined {
    const { fingerprint } = program;
    const isNew = !this.#answers.has(fingerprint) && !this.#looked.has(fingerprint);
    if (isNew) this.#looked.add(fingerprint); // the file is read once
    return (isNew ? this.#remembered(program) : this.#answers.get(fingerprint))?.version;
  }

  /** True if a program was asked. If not, or if the answer is too old, asks it and then calls `learnt`. */
  isKnown(program: CodexProgram, learnt: () => void): boolean {
    const known = this.#answers.get(program.fingerprint) ?? this.#remembered(program);
    if (known === undefined || this.#isOld(known)) void this.#ask(program).then(learnt, learnt);
    return known !== undefined;
  }

  /** The version of a program, which is asked if necessary. Waits at most 5 s. */
  async learn(program: CodexProgram): Promise<string | undefined> {
    const known = this.#answers.get(program.fingerprint) ?? this.#remembered(program);
    return known !== undefined && !this.#isOld(known) ? known.version : await this.#ask(program);
  }

  /** Records the version that an app-server reports, which can differ from the program's answer. */
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
    // Without a home, so that it neither reads nor writes files there.
    const env = codexEnvironment(this.#host, join(this.#places?.state ?? "/", "no-home"), []);
    const answer = await shortAnswer(this.#host, { file: path, args: ["--version"], env }, PATIENCE_MS);
    const version = "code" in answer && answer.code === 0
      ? codexVersionIn(answer.stdout.slice(0, 1000))
      : undefined;
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
      // without a stored answer the next process asks again
    }
  }

  #file() {
    try {
      return parseVersions(this.#places && readOwn(this.#places.codexVersions, MOST_BYTES.table));
    } catch {
      return parseVersions(undefined); // unreadable
    }
  }
}

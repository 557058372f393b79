import { Failure } from "../core/text/failure.ts";
import { nearest } from "../core/text/nearest.ts";
import { POLICIES, type Policy } from "../core/pick/policy.ts";
import { printable } from "../core/text/printable.ts";
import { isShell, type Shell, SHELLS } from "../core/shell/quote.ts";
import type { Demand } from "../app/pick/survey.ts";
import { DEMANDS, EVERYWHERE, FAMILIES, type Option, OPTIONS, SHAPES } from "./grammar.ts";
import { TOPICS, usageOf } from "./help.ts";
import { type SimulationWish, simulationWish } from "./simulation_wish.ts";
import type { SkillRequest } from "./skill.ts";
import { type OptionToken, tokensOf } from "./tokens.ts";

/** What to run in a session, and how. Empty texts mean "as configured". */
export interface RunWish {
  readonly cmd: string;
  readonly loginCmd: string;
  readonly printOnly: boolean;
  /** The shell to print for; undefined = the usual one. */
  readonly shell?: Shell;
  readonly passthrough: readonly string[];
}

/** What the user asked for. */
export type Request =
  | { readonly do: "help"; readonly topic: string }
  | { readonly do: "version" }
  | { readonly do: "best"; readonly wish: RunWish; readonly demand: Demand }
  | { readonly do: "turn" | "last"; readonly wish: RunWish }
  | { readonly do: "new"; readonly target: string; readonly wish: RunWish }
  | { readonly do: "pick"; readonly json: boolean; readonly demand: Demand }
  | { readonly do: "status"; readonly json: boolean; readonly policy: Policy | undefined }
  | {
    readonly do: "why";
    readonly alias: string | undefined;
    readonly json: boolean;
    readonly demand: Demand;
  }
  | { readonly do: "forecast"; readonly json: boolean }
  | { readonly do: "pause" | "unpause"; readonly target: string }
  | { readonly do: "login"; readonly alias: string; readonly force: boolean; readonly loginCmd: string }
  | { readonly do: "remove"; readonly target: string; readonly force: boolean }
  | { readonly do: "simulate"; readonly wish: SimulationWish }
  | { readonly do: "supervise"; readonly verb: "start" | "restart" | "stop" }
  | { readonly do: "daemon" }
  | { readonly do: "init"; readonly force: boolean }
  | { readonly do: "skill"; readonly request: SkillRequest };

interface Parsed {
  readonly command: string;
  readonly words: readonly string[];
  readonly options: ReadonlyMap<Option, string>;
  readonly passthrough: readonly string[];
}

/** The request in a command line without the program's name; throws the usage failure otherwise. */
export function parseRequest(args: readonly string[]): Request {
  const parsed = parse(args);
  const { command, words, options, passthrough } = parsed;
  if (options.has("help")) return { do: "help", topic: command };
  if (options.has("version")) return { do: "version" };
  if (command === "help") return { do: "help", topic: words.join(" ") };
  if (command === "supervisor" || command === "skill") return { do: "help", topic: command };
  if (options.has("print-command") && !SHAPES.get(command)?.runs) {
    throw line("--print-command is only supported for session run commands");
  }
  const wish: RunWish = {
    cmd: options.get("cmd") ?? "",
    loginCmd: options.get("login-cmd") ?? "",
    printOnly: options.has("print-command"),
    ...shellOf(command, options),
    passthrough,
  };
  const [target] = words;
  const force = options.has("force");
  switch (command) {
    case "new": {
      if (target === undefined || target === "") break;
      const demanded = DEMANDS.find((name) => options.has(name));
      if (demanded !== undefined) throw unexpected(command, `--${demanded}`, []);
      return { do: "new", target, wish };
    }
    case "rr":
      return { do: "turn", wish };
    case "last":
      return { do: "last", wish };
    case "pick":
      return { do: "pick", json: options.has("json"), demand: demandIn(command, options) };
    case "status":
      return { do: "status", json: options.has("json"), policy: policyIn(command, options) };
    case "pause":
    case "unpause":
      if (target === undefined) throw line(`usage: ${usageOf(command)}`);
      return { do: command, target };
    case "login":
      if (target === undefined) throw line(`usage: ${usageOf("login")}`);
      return { do: "login", alias: target, force, loginCmd: wish.loginCmd };
    case "rm":
      if (target === undefined) throw line("usage: agentlb rm <alias-or-email>");
      return { do: "remove", target, force };
    case "why":
      return { do: "why", alias: target, json: options.has("json"), demand: demandIn(command, options) };
    case "forecast":
      return { do: "forecast", json: options.has("json") };
    case "simulate":
      return { do: "simulate", wish: simulationWish(options) };
    case "supervisor start":
      if (!options.has("background")) throw line("usage: agentlb supervisor start --background");
      return { do: "supervise", verb: "start" };
    case "supervisor restart":
      return { do: "supervise", verb: "restart" };
    case "supervisor stop":
      return { do: "supervise", verb: "stop" };
    case "supervisor daemon":
      return { do: "daemon" };
    case "config":
      throw line("usage: agentlb config init");
    case "config init":
      return { do: "init", force };
    case "skill install":
    case "skill remove":
      return { do: "skill", request: skillRequest(command, target, options) };
  }
  return { do: "best", wish, demand: demandIn(command, options) };
}

function demandIn(command: string, options: Parsed["options"]): Demand {
  const [policy, prefer] = [policyIn(command, options), options.get("prefer")];
  return {
    ...(policy === undefined ? {} : { policy }),
    ...(prefer === undefined ? {} : { prefer }),
    ...(options.has("no-exhausted") ? { noExhausted: true } : {}),
  };
}

function policyIn(command: string, options: Parsed["options"]): Policy | undefined {
  const name = options.get("policy");
  if (name === undefined) return undefined;
  const policy = POLICIES.find((each) => each === name);
  if (policy !== undefined) return policy;
  const tip = `it is one of ${POLICIES.join(", ")}`;
  throw problem(command, `invalid value '${printable(name)}' for '--policy <policy>'`, tip);
}

function skillRequest(
  command: "skill install" | "skill remove",
  pool: string | undefined,
  options: ReadonlyMap<Option, string>,
): SkillRequest {
  if (pool === undefined) throw line(`usage: ${usageOf(command)}`);
  if (pool !== "cap" && pool !== "clb") {
    throw problem(command, `there is no skill '${printable(pool)}'`, "it is cap or clb");
  }
  const wish = { pool, to: options.get("to"), isDry: options.has("dry-run") } as const;
  if (command === "skill remove") return { ...wish, verb: "remove" };
  if (options.has("copy") && options.has("link")) {
    throw problem(command, "the argument '--copy' cannot be used with '--link'");
  }
  const how = (["link", "copy"] as const).find((each) => options.has(each));
  return { ...wish, verb: "install", how };
}

function shellOf(command: string, options: ReadonlyMap<Option, string>): { readonly shell?: Shell } {
  const shell = options.get("shell");
  if (shell === undefined) return {};
  if (!options.has("print-command")) throw line("--shell is only supported with --print-command");
  if (isShell(shell)) return { shell };
  throw problem(
    command,
    `invalid value '${printable(shell)}' for '--shell <shell>'`,
    `it is one of ${SHELLS.join(", ")}`,
  );
}

/** Splits the line into command, words and options; `--` ends what is ours. */
function parse(args: readonly string[]): Parsed {
  const end = args.indexOf("--");
  const ours = end < 0 ? args : args.slice(0, end);
  const passthrough = end < 0 ? [] : args.slice(end + 1);
  const tokens = tokensOf(ours, OPTIONS);
  const spoken = tokens.filter((token) => token.kind === "positional").map((token) => token.value);
  const { command, words } = commandOf(spoken);
  const options = new Map<Option, string>();
  for (const token of tokens) {
    if (token.kind === "option") readOption(command, token, options);
  }
  const shape = SHAPES.get(command)!;
  const extra = words[command === "help" ? 2 : shape.takes ? 1 : 0] ??
    (shape.runs ? undefined : passthrough[0]);
  if (extra !== undefined) throw unexpected(command, extra, command === "" ? firstWords() : []);
  if (command === "help") checkTopic(words);
  return { command, words, options, passthrough };
}

function commandOf(spoken: readonly string[]): { command: string; words: readonly string[] } {
  const [first, second] = spoken;
  if (first === undefined || !firstWords().includes(first)) return { command: "", words: spoken };
  if (!FAMILIES.includes(first) || second === undefined) return { command: first, words: spoken.slice(1) };
  if (!SHAPES.has(`${first} ${second}`)) throw unrecognized(first, second);
  return { command: `${first} ${second}`, words: spoken.slice(2) };
}

function readOption(command: string, token: OptionToken, options: Map<Option, string>): void {
  const { name, rawName, value, inlineValue } = token;
  const allowed = [...EVERYWHERE, ...SHAPES.get(command)?.flags ?? []];
  if (!isOption(name) || !allowed.includes(name)) {
    throw unexpected(command, rawName, allowed.map((each) => `--${each}`));
  }
  const option = OPTIONS[name];
  if (option.type === "string") {
    const shown = `'--${name} ${option.value}'`;
    if (value === undefined || (inlineValue === false && value.startsWith("-") && value !== "-")) {
      const tip = value === undefined
        ? undefined
        : `a value that starts with '-' is written '--${name}=${option.value}'`;
      throw problem(command, `a value is required for ${shown} but none was supplied`, tip);
    }
    if (options.has(name)) throw problem(command, `the argument ${shown} cannot be used multiple times`);
  } else {
    if (value !== undefined) {
      throw problem(command, `unexpected value '${printable(value)}' for '--${name}' found`);
    }
    if (options.has(name)) throw problem(command, `the argument '--${name}' cannot be used multiple times`);
  }
  options.set(name, value ?? "");
}

function isOption(name: string): name is Option {
  return Object.hasOwn(OPTIONS, name);
}

function firstWords(): string[] {
  return [...SHAPES.keys()].filter((command) => command !== "" && !command.includes(" "));
}

function checkTopic(words: readonly string[]): void {
  const [first = "", second] = words;
  if (words.length > 0 && !TOPICS.includes(first)) throw unrecognized("help", first);
  if (second !== undefined && !TOPICS.includes(`${first} ${second}`)) throw unrecognized(first, second);
}

function unexpected(command: string, word: string, known: readonly string[]): Failure {
  const similar = nearest(word, known);
  const other = word.startsWith("-") && SHAPES.get(command)?.runs
    ? `to give '${printable(word)}' to the command, put it after '--'`
    : undefined;
  return problem(
    command,
    `unexpected argument '${printable(word)}' found`,
    similar === undefined ? other : `did you mean '${similar}'?`,
  );
}

function unrecognized(family: string, word: string): Failure {
  const known = family === "help"
    ? firstWords()
    : TOPICS.filter((topic) => topic.startsWith(`${family} `)).map((topic) => topic.slice(family.length + 1));
  const similar = nearest(word, known);
  const tip = similar === undefined ? undefined : `did you mean '${similar}'?`;
  return problem(family, `unrecognized subcommand '${printable(word)}'`, tip);
}

function problem(command: string, what: string, tip?: string): Failure {
  const lines = [`error: ${what}`];
  if (tip !== undefined) lines.push(`  tip: ${tip}`);
  const more = command === "" ? "agentlb --help" : `agentlb help ${command}`;
  lines.push(`Usage: ${usageOf(command)}`, `For more information, try '${more}'.`);
  return line(lines.join("\n\n"));
}

function line(text: string): Failure {
  return new Failure("usage", text, { verbatim: true });
}

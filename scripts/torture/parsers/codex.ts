import { accountLimits, activityIn, isTaskEvent, limitedTurn } from "../../../lib/core/codex/activity.ts";
import { parseAccount, parseHolder } from "../../../lib/core/codex/account.ts";
import { loginIn } from "../../../lib/core/codex/auth_file.ts";
import { ordinaryLogin } from "../../../lib/core/codex/ordinary_login.ts";
import { mergeUpdate, NOTHING, parseReading } from "../../../lib/core/codex/rate_limits.ts";
import { faultOf, probeText } from "../../../lib/core/codex/reasons.ts";
import { namedReset } from "../../../lib/core/codex/refusal.ts";
import { renewalOf } from "../../../lib/core/codex/renewal.ts";
import { rolloutLine, snapshotIn, threadOfRollout, threadTime } from "../../../lib/core/codex/rollout.ts";
import { rolloutFacts, threadNames, turnMarksIn } from "../../../lib/core/codex/threads/rollout_facts.ts";
import { isWork, runSettingsIn, settingsOptions } from "../../../lib/core/codex/threads/turn_log.ts";
import { codexVersionIn } from "../../../lib/core/codex/versions.ts";
import { NEEDLE } from "../../../lib/core/pool/screen/banner.ts";
import { LineSplitter } from "../../../lib/io/files/lines.ts";
import { JsonRpcClient, RpcClosed, RpcError } from "../../../lib/io/rpc.ts";
import { Broken, same, type Subject } from "./check.ts";
import { ANY_JSON, piecesOfJson, textsBelow } from "./corpus.ts";
import type { Chance } from "./inputs.ts";
import { jsonFrom, valuesIn } from "./json_inputs.ts";
import { checkLimits, NOW } from "./limits.ts";

const base64url = (text: string) => Buffer.from(text).toString("base64url");
const CLAIMS =
  '{"exp":1795173655,"email":"a@b.c","https://api.openai.com/auth":{"chatgpt_user_id":"u","chatgpt_account_id":"w","chatgpt_plan_type":"pro"},"https://api.openai.com/profile":{"email":"a@b.c"}}';
const JWT = `${base64url('{"alg":"none"}')}.${base64url(CLAIMS)}.c2ln`;
const authWith = (id: string, access: string) =>
  `{"auth_mode":"chatgpt","OPENAI_API_KEY":null,"tokens":{"id_token":${JSON.stringify(id)},"access_token":${
    JSON.stringify(access)
  },"refresh_token":"r","account_id":"w"},"last_refresh":"2026-11-20T10:20:55.123Z"}`;

const AUTH_SEEDS = [
  authWith(JWT, JWT),
  ...textsBelow("test/testdata/cases", ".json").filter((text) => /token|KEY|auth/.test(text)),
  '{"OPENAI_API_KEY":"sk-x"}',
  '{"tokens":{"access_token":"x"},"tokens":{}}',
  ...ANY_JSON.slice(0, 30),
];

const AUTH_VALUES = valuesIn(AUTH_SEEDS);
const CLAIMS_VALUES = valuesIn([CLAIMS]);

/** Auth files, judged as Codex does. */
export const authFiles: Subject = {
  name: "auth.json",
  seeds: AUTH_SEEDS,
  pieces: [...piecesOfJson(AUTH_SEEDS), JWT, '"auth_mode":', '"tokens":', "\\u0065mail"],
  longest: 100_000,
  wellFormed: (chance) => jsonFrom(AUTH_VALUES, chance),
  take(input) {
    // Some as bytes that may be no UTF-8.
    const bytes = new Uint8Array(Buffer.from(input, input.length % 7 === 0 ? "latin1" : "utf8"));
    const { account, problem } = loginIn(bytes);
    const ordinary = ordinaryLogin(bytes);
    if (ordinary !== undefined) {
      if (problem !== undefined) throw new Broken(`ordinary, but ${problem}`);
      const { tokenExpiresAt: _, lastRefresh: _last, ...holder } = account;
      same("the holder", ordinary, holder);
    }
    checkAccount(input);
    for (
      const secret of input.match(/(?<="(?:access_token|refresh_token|OPENAI_API_KEY)":")[\w.-]{12,}/g) ?? []
    ) {
      if (`${problem}`.includes(secret)) throw new Broken("a secret in the problem");
    }
  },
};

/** The two tokens of a login, whatever they are. */
export const tokens: Subject = {
  name: "JWT",
  seeds: [JWT, JWT.replace(/\.[^.]*$/, ""), `${JWT}.${JWT}`, CLAIMS, "a.b.c", ...ANY_JSON.slice(0, 20)],
  pieces: [..."._-=", base64url(CLAIMS), "eyJ", base64url('{"exp":1e999}'), base64url('{"exp":"1"}')],
  longest: 60_000,
  wellFormed: (chance) => jsonFrom(CLAIMS_VALUES, chance),
  take(input) {
    // What looks like a payload gets its two other parts.
    const token = input.startsWith("{") ? `e30.${base64url(input)}.c2ln` : input;
    checkAccount(authWith(token, token));
    loginIn(new Uint8Array(Buffer.from(authWith(token, token))));
  },
};

function checkAccount(text: string): void {
  const account = parseAccount(text);
  const { tokenExpiresAt: expiry, lastRefresh: _, ...holder } = account;
  same("holder", parseHolder(text), holder);
  if (expiry !== undefined && !Number.isFinite(expiry)) throw new Broken(`expiry ${expiry}`);
  for (const each of [account.user, account.workspace, account.email, account.plan]) {
    if (each !== undefined && (typeof each !== "string" || each.length > 400)) {
      throw new Broken(`claim ${each}`);
    }
  }
  renewalOf(account as never, NOW, undefined as never);
}

const RPC_SEEDS = [
  '{"id":1,"result":{"rateLimits":{"limitId":"codex","primary":{"usedPercent":5,"windowDurationMins":300,"resetsAt":1795170055},"credits":{"hasCredits":true,"unlimited":false,"balance":"5"}},"rateLimitsByLimitId":{"codex":{"limitId":"codex","primary":null}}}}\n',
  '{"id":1,"error":{"code":-32600,"message":"failed to fetch codex rate limits: 401"}}\n',
  '{"method":"account/rateLimits/updated","params":{"rateLimits":{"limitId":"codex","primary":{"usedPercent":99.5},"rateLimitReachedType":"rate_limit_reached","planType":"pro","individualLimit":{"limit":"5","used":"3","remainingPercent":40}}}}\n',
  '{"id":"1","result":1}\n{"id":1,"result":null}\n\n{"id":2,"method":"x"}\n',
  ...textsBelow("test/testdata/cases", ".json").filter((text) => /rate|usage/i.test(text)).map((text) =>
    `{"id":1,"result":${text.replaceAll("\n", "")}}\n`
  ),
  ...ANY_JSON.slice(0, 40).map((text) => `{"id":1,"result":${text}}\n`),
];

const RPC_VALUES = valuesIn(RPC_SEEDS.flatMap((seed) => seed.split("\n")));

/** Lines of an app-server, in chunks of any size. */
export const rpcLines: Subject = {
  name: "JSON-RPC lines",
  seeds: RPC_SEEDS,
  pieces: [...piecesOfJson(RPC_SEEDS), "\n", '{"id":1,"result":', '{"method":"m","params":'],
  longest: 60_000,
  wellFormed: (chance) => linesOf(RPC_VALUES, chance),
  async take(input) {
    const bytes = new Uint8Array(Buffer.from(input, input.length % 5 === 0 ? "latin1" : "utf8"));
    const limit = input.length % 3 === 0 ? 200 : 1 << 20;
    const [whole, parts] = [new LineSplitter(limit), new LineSplitter(limit)];
    const size = 1 + (input.length * 7) % 97;
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
    const [one, other] = [whole.push(bytes), chunks.flatMap((chunk) => parts.push(chunk))];
    same("lines in parts", other, one);
    same("dropped in parts", parts.dropped, whole.dropped);
    if (one.length + whole.dropped !== bytes.filter((byte) => byte === 10).length) throw new Broken("lines");
    await converse(chunks);
  },
};

/** Lets a client wait for the first answer while it reads the chunks, and then its process end. */
async function converse(chunks: readonly Uint8Array[]): Promise<void> {
  let feed: (chunk: Uint8Array) => void = () => {};
  let end: (exit: { code: number }) => void = () => {};
  const told: unknown[] = [];
  const exited = new Promise<{ code: number }>((resolved) => void (end = resolved));
  const client = new JsonRpcClient({
    pid: 1,
    write() {},
    closeStdin() {},
    onData: (listener) => void (feed = listener),
    onFlood() {},
    left: exited,
    exited,
    release() {},
    isKept: false,
    lastWords: () => "",
  }, (_method, params) => told.push(params));
  const answered = client.request("account/rateLimits/read", undefined).then(
    (result) => void checkLimits(parseReading(result)?.readings),
    (error: unknown) => {
      if (error instanceof RpcError) return void probeText(faultOf(error.fault));
      if (!(error instanceof RpcClosed)) throw error;
    },
  );
  for (const chunk of chunks) feed(chunk);
  for (const params of told) checkLimits(mergeUpdate(NOTHING, params)?.readings);
  end({ code: 0 });
  await answered;
}

const line = (type: string, payload: string) =>
  `{"timestamp":"2026-11-20T10:20:55.123Z","type":"${type}","payload":${payload}}\n`;
const THREAD = "019a9f2c-1111-7abc-8def-0123456789ab";
const ROLLOUT_SEEDS = [
  line(
    "session_meta",
    `{"id":"${THREAD}","cwd":"/c","source":"cli","cli_version":"0.171.0","creator_account_id":"w"}`,
  ) +
  line("event_msg", '{"type":"task_started"}') +
  line("event_msg", '{"type":"user_message","message":"do it"}') +
  line(
    "turn_context",
    '{"cwd":"/d","sandbox_policy":{"type":"workspace-write","writable_roots":["/r"],"network_access":true},"approval_policy":"never","model":"m","effort":"high"}',
  ) +
  line(
    "event_msg",
    '{"type":"token_count","rate_limits":{"limit_id":"codex","primary":{"used_percent":99.1,"window_minutes":300,"resets_at":1795170055},"credits":{"has_credits":true}}}',
  ) +
  line("response_item", '{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}') +
  line(
    "event_msg",
    `{"type":"task_complete","error":{"codex_error_info":"usage_limit_exceeded","message":"${NEEDLE} Try again at Nov 23rd, 2026 10:41 AM."}}`,
  ),
  "try again in 2 days 3 hours 4 minutes",
  "try again at 11:46 AM",
  `{"id":"${THREAD}","thread_name":"x"}\n`,
  `rollout-2026-11-20T10-20-55-${THREAD}.jsonl`,
  ...textsBelow("test/testdata/cases", ".jsonl").map((text) => text.slice(0, 20_000)),
  ...ANY_JSON.slice(0, 20).map((text) => line("event_msg", text)),
];

const ROLLOUT_VALUES = valuesIn(ROLLOUT_SEEDS.flatMap((seed) => seed.split("\n")));
const META = valuesIn(ROLLOUT_SEEDS[0]!.split("\n").slice(0, 1));

function linesOf(values: readonly unknown[], chance: Chance): string {
  return Array.from({ length: 1 + Math.floor(chance() * 5) }, () => `${jsonFrom(values, chance)}\n`).join("");
}

/** Parts of session files of Codex. */
export const rollouts: Subject = {
  name: "rollouts",
  seeds: ROLLOUT_SEEDS,
  pieces: [
    ...piecesOfJson(ROLLOUT_SEEDS),
    "\n",
    '{"timestamp":"',
    "days ",
    "try again ",
    '"payload":{"type":"task_started"',
  ],
  longest: 60_000,
  wellFormed: (chance) => `${jsonFrom(META, chance)}\n${linesOf(ROLLOUT_VALUES, chance)}`,
  take(input) {
    const half = input.slice(0, input.indexOf("\n", input.length / 3) + 1);
    for (const head of [input, half]) {
      const facts = rolloutFacts(head, input);
      if (facts !== undefined && /[\r\n]/.test(facts.firstWords)) {
        throw new Broken("words of more than a line");
      }
      if (facts !== undefined && !Number.isFinite(facts.lastAt)) throw new Broken(`last ${facts.lastAt}`);
    }
    const activity = activityIn(half, input);
    checkLimits(accountLimits(activity)?.readings);
    limitedTurn(half, input);
    const marks = turnMarksIn(input);
    if (marks.starts > input.split('"task_started"').length - 1) throw new Broken("turns");
    threadNames(input);
    for (const each of input.split("\n").slice(0, 20)) {
      isTaskEvent(each);
      isWork(each);
      settingsOptions(runSettingsIn(each));
      const parsed = rolloutLine(each);
      if (parsed !== undefined) snapshotIn(parsed.payload);
    }
    const until = namedReset(input, NOW);
    if (until !== undefined && !(until > NOW)) throw new Broken(`reset ${until}`);
    const thread = threadOfRollout(input);
    if (thread !== undefined) threadTime(thread);
    codexVersionIn(input);
  },
};

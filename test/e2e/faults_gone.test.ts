import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** What went wrong with the predecessor, and the tests, by file, that say that it can't happen here. */
const GONE: readonly [fault: string, ...tests: (readonly [file: string, name: string])[]][] = [
  ["rm deletes whatever its target leads to", [
    "e2e/removing",
    "a target that is no alias removes nothing, wherever it leads",
  ]],
  ["--help after a command is ignored and the command runs", [
    "e2e/removing",
    "help for rm, config init and new is given and nothing is removed, overwritten or run",
  ], ["e2e/ways", "help of every command is printed and nothing else is done"]],
  ["a reused pid is taken for the supervisor and killed", [
    "e2e/supervising",
    "a pid that now belongs to another process is never signalled",
  ]],
  ["rm removes a home under a running Codex, and holds the lock of all picks meanwhile", [
    "e2e/removing",
    "is not removed under the Codex that has it open, but by force",
  ], ["e2e/removing", "others can be picked while one is being removed and the supervisor does not answer"]],
  ["a part of an alias that matches the pattern is enough", [
    "e2e/running",
    "has a name that the whole pattern matches, and leads nowhere else whatever the pattern says",
  ]],
  [
    "what is used up is picked, and a window that has reset counts as used",
    [
      "e2e/rules",
      "a session that is used up is not picked while another has anything left",
    ],
    ["e2e/rules", "when everything is used up, what comes back first is run, and that is said"],
    [
      "e2e/rules",
      "a window that has reset counts as untouched, also before anybody has looked",
    ],
  ],
  [
    "commands that run at the same time all take the same session",
    ["e2e/leases", "are spread evenly, though none has a thread yet: %s"],
    ["e2e/leases", "are spread evenly, though only printed: %s"],
  ],
  [
    "when a session was picked is lost",
    [
      "e2e/running",
      "over many picks, each remembered by when and in which order it was",
    ],
    ["e2e/running", "while a supervisor writes status.json over and over, and after it was restarted"],
    [
      "e2e/running",
      "also when twenty are picked at once: every pick is recorded",
    ],
  ],
  ["sparse updates, and those of other limits, wipe what is known", [
    "e2e/faults",
    "that are sparse change only what they say, and those of other limits nothing",
  ]],
  ["sessions that are gone win picks and stay in the status", [
    "e2e/running",
    "a session that only status.json still knows is never picked; the best of those that exist is",
  ], ["e2e/faults", "of sessions that are gone is dropped, and old crashes count no more"]],
  ["restarts count for ever", ["app/supervisor/supervisor", "costs its session less as time passes"], [
    "e2e/faults",
    "of sessions that are gone is dropped, and old crashes count no more",
  ]],
  ["a session without a login, or with a hung app-server, looks fine", [
    "e2e/faults",
    "that there are none of are explained in the status",
  ], ["e2e/faults", "that hangs is closed, and another one takes its place"]],
  ["many commands at once start several supervisors", [
    "e2e/supervising",
    "however many commands start it at once",
  ], ["e2e/supervising", "also when another is started by hand: it ends at once and changes nothing"]],
  ["probes close stdin before the answer", [
    "e2e/faults",
    "are asked for with stdin open until the answer is there",
  ]],
  ["probes block everything else", [
    "e2e/faults",
    "are taken of two at a time, and one that does not answer holds up nobody",
  ], ["app/supervisor/supervisor", "run two at a time, and one that hangs delays nobody"]],
  [
    "waiting for a probe is a busy loop",
    ["e2e/faults", "that closes its stdout and stays costs no CPU time"],
    [
      "app/supervisor/supervisor",
      "sleeps when nothing happens",
    ],
  ],
  ["the wait between restarts never grows", [
    "e2e/faults",
    "that crashes at every start is started ever later, then not for a while; a new supervisor tries again",
  ], ["core/supervisor/crashes", "waits 1, 2, 4, 8, 16, 30, 60 s, half of it at least"]],
  ["unhealthy is for ever", [
    "e2e/faults",
    "that crashes at every start is started ever later, then not for a while; a new supervisor tries again",
  ], ["e2e/faults", "of sessions that are gone is dropped, and old crashes count no more"]],
  [
    "the supervisor dies with its terminal, and keeps the first caller's folder and secrets",
    [
      "e2e/supervising",
      "in a session of its own, in the root, without core dumps, and nobody else can read what it makes",
    ],
    ["e2e/supervising", "it outlives Ctrl-C and the terminal that it was started from"],
    [
      "e2e/printing",
      "that of the first caller is not handed on to app-servers, nor to a login",
    ],
  ],
  [
    "app-servers outlive their supervisor",
    [
      "e2e/supervising",
      "at SIGTERM with its app-servers, whose stdin it closes, and all it knew is published",
    ],
    ["e2e/supervising", "when it was killed; its app-servers are gone by then"],
    [
      "app/supervisor/records/app_server_record",
      "is ended once it is a minute old, with its group, and not before",
    ],
    ["e2e/faults", "is the program itself, not the script by which npm starts it"],
  ],
  ["every account has an app-server for ever", ["e2e/faults", "stays only where somebody is at work"]],
  ["a zombie is a living supervisor", ["e2e/supervising", "when nobody has reaped it: a zombie is dead"]],
  [
    "a passing fault of the disk ends the supervisor; config and codex are those of its start",
    [
      "e2e/faults",
      "does not end the supervisor, which goes on as soon as it can",
    ],
    ["e2e/faults", "because it is full makes a clear error and leaves the old data as it was"],
    [
      "e2e/config",
      "reads config.toml again when it changes, and keeps what it had when it can't be read",
    ],
    ["e2e/config", "runs the codex that is configured, not the one on PATH"],
  ],
  ["another program is needed to send a signal", [
    "e2e/supervising",
    "it needs no other program to be started, found and ended",
  ]],
  ["a table is printed before the command that is to be evaluated", [
    "e2e/printing",
    "whatever is known of the sessions",
  ]],
  [
    "every call without readings takes three seconds",
    [
      "e2e/running",
      "not when there is no session at all",
    ],
    ["e2e/running", "not when every session has a reason that time does not cure"],
    [
      "e2e/running",
      "and for an answer only as long as AGENTLB_DAEMON_START_TIMEOUT_MS says",
    ],
  ],
  ["a failed login leaves a session that is never logged in to", [
    "e2e/running",
    "whose login fails is not there afterwards, so that the next try logs in",
  ], ["e2e/printing", "a session made by it is logged in to by the next real run"]],
  ["commands are split at every blank", [
    "e2e/printing",
    "--cmd with quotes, default_command with quotes, default_command_args never",
  ]],
  ["signals and deaths by signal get lost", ["e2e/ways", "signals sent to the program reach Codex"], [
    "e2e/ways",
    "how Codex ends is how the program ends",
  ], ["e2e/ways", "Ctrl-C reaches Codex once, and the terminal is as before"]],
  ["config init overwrites, and not at one stroke", [
    "e2e/config",
    "does not overwrite without --force, and nothing else ever writes it",
  ], ["e2e/config", "leaves the old file or the new one, whole"]],
  [
    "status hides errors and has no form for machines; there is no version; odd streams and words crash",
    [
      "e2e/ways",
      "a wrong config.toml is an error that names the line",
    ],
    ["e2e/status", "has a form for machines that says the same and more"],
    [
      "e2e/ways",
      "a reader of stdout that has left is no reason to crash",
    ],
    ["e2e/ways", "an argument that is not UTF-8 is refused and nothing is run"],
  ],
  ["a broken state file stops every command", [
    "e2e/faults",
    "of the global state is put aside, that is said, and picks go on where they were",
  ], ["e2e/faults", "of one session's state is put aside, that is said, and it is begun anew"]],
  [
    "an @ is always an email, linked sessions are invisible, an empty HOME is the current folder",
    [
      "e2e/running",
      "a name with an @ is that of a session, if there is one, else an email",
    ],
    ["e2e/running", "a session that is a link to a folder is one like the others"],
    [
      "e2e/ways",
      "a root that can't be used is an error with its reason, and nothing is written",
    ],
  ],
  ["logins of the shell reach every session", [
    "e2e/printing",
    "has no login of the shell it was started from, unless pass_env names it, and all else",
  ]],
];

test.each(GONE)("there is a test against this: %s", (_, ...tests) => {
  for (const [file, name] of tests) {
    const text = readFileSync(fileURLToPath(new URL(`../${file}.test.ts`, import.meta.url)), "utf8");
    expect(text, `${file}: ${name}`).toContain(`"${name}"`);
  }
});

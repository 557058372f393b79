/** A command of a recording, and what it printed, with its colours. */
export interface Shown {
  readonly command: string;
  readonly output: string;
}

/** Seconds for a typed letter, before Enter, and for a line of output; and to read what was printed. */
const PACE = { letter: 0.04, enter: 0.4, line: 0.03, read: 3 };

/** A recording in the form asciicast v2. Its times are made: waits are left out. */
export function castOf(title: string, columns: number, shown: readonly Shown[]): string {
  const lines = Math.max(...shown.map(({ output }) => output.split("\n").length)) + 3;
  const events: string[] = [];
  let at = 0;
  const print = (text: string, seconds: number) => {
    at += seconds;
    events.push(JSON.stringify([Math.round(at * 1000) / 1000, "o", text]));
  };
  for (const { command, output } of shown) {
    print("\u001b[H\u001b[2J$ ", PACE.enter);
    for (const letter of command) print(letter, PACE.letter);
    print("\r\n", PACE.enter);
    for (const line of output.split("\n")) print(`${line}\r\n`, PACE.line);
    print("\u001b[0m$ ", 0);
    at += PACE.read;
  }
  print("\r\n", 0);
  const head = { version: 2, width: columns, height: lines, title, env: { TERM: "xterm-256color" } };
  return `${[JSON.stringify(head), ...events].join("\n")}\n`;
}

import { fstatSync } from "node:fs";
import { streams, terminals } from "./process.ts";

/** Tells which of the standard streams are terminals; looked up when asked. */
export const isTerminal = {
  get input() {
    return isTerminalAt(0);
  },
  get output() {
    return isTerminalAt(1);
  },
  get error() {
    return isTerminalAt(2);
  },
};

/** The size of the terminal that is stdout; looked up when asked. */
export const screenSize = {
  get columns(): number | undefined {
    return streams.output.columns;
  },
  get lines(): number | undefined {
    return streams.output.rows;
  },
};

/** No pipe or file needs the module that knows terminals. */
function isTerminalAt(fd: number): boolean {
  return isDevice(fd) && terminals().isatty(fd);
}

function isDevice(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice();
  } catch {
    return false;
  }
}

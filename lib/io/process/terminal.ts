import { fstatSync, statSync } from "node:fs";
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

/** No pipe, no file and no `/dev/null` needs the module that knows terminals, which takes a millisecond to load. */
function isTerminalAt(fd: number): boolean {
  return isDevice(fd) && terminals().isatty(fd);
}

function isDevice(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return stat.isCharacterDevice() && stat.rdev !== nullDevice();
  } catch {
    return false;
  }
}

function nullDevice(): number | undefined {
  return statSync("/dev/null", { throwIfNoEntry: false })?.rdev;
}

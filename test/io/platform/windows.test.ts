import { describe, expect, it } from "vitest";
import { Failure } from "../../../lib/core/text/failure.ts";
import { exitCodeOf, loadKernel32, startTimeOf } from "../../../lib/io/platform/windows.ts";
import { openWindows } from "../../../lib/io/lock/lock_windows.ts";
import { fakeKernel } from "./windows_kernel.ts";

const PATH = "C:\\Users\\Zoë\\state.lock";
const bytes = (text: string) => new TextEncoder().encode(text);

describe("a lock on Windows", () => {
  it("is held by one handle at a time, and ends with it", () => {
    const { kernel, open } = fakeKernel();
    const [first, second] = [openWindows(PATH, kernel), openWindows(PATH, kernel)];
    expect([first.tryLock(), second.tryLock()]).toEqual([true, false]);
    first.close();
    expect(second.tryLock()).toBe(true);
    second.close();
    expect(open.size).toBe(0);
  });

  it("is on one byte far behind the content, where it keeps nobody from reading, and is not waited for", () => {
    const { kernel, files, asked } = fakeKernel();
    openWindows(PATH, kernel).tryLock();
    expect([...files.get(PATH)!.locks.keys()]).toEqual([2n ** 62n]);
    // LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, and one byte.
    expect(asked.at(-1)).toEqual({ call: "LockFileEx", numbers: [3, 1, 0] });
    // GENERIC_READ | GENERIC_WRITE; others may read, write and remove; OPEN_ALWAYS; of a link the link, folders too.
    expect(asked[0]).toEqual({ call: "CreateFileW", numbers: [0xc0000000, 7, 4, 0x02200000] });
  });

  it("replaces what its file says", () => {
    const { kernel, files } = fakeKernel();
    const lock = openWindows(PATH, kernel);
    lock.write(bytes("who é\n"));
    lock.write(bytes("me\n"));
    expect(files.get(PATH)!.text).toBe("me\n");
    lock.write(bytes(""));
    expect(files.get(PATH)!.text).toBe("");
  });

  it("knows what is none of its files, and when its own is another", () => {
    const { kernel, files, open } = fakeKernel();
    const file = (attributes: number, links = 1) => ({
      text: "",
      id: 9,
      attributes,
      links,
      locks: new Map(),
    });
    files.set("C:\\folder", file(0x10)).set("C:\\link", file(0x400)).set("C:\\twice", file(0x80, 2));
    expect(openWindows("C:\\folder", kernel).isFile).toBe(false);
    expect(openWindows("C:\\link", kernel).isFile).toBe(false);
    expect(openWindows("C:\\twice", kernel)).toMatchObject({ isFile: true, links: 2 });
    const lock = openWindows(PATH, kernel);
    expect(lock.isCurrent()).toBe(true);
    files.set(PATH, { ...file(0x80), id: 10 });
    expect(lock.isCurrent()).toBe(false);
    files.delete(PATH);
    expect(lock.isCurrent()).toBe(false);
    expect(open.size).toBe(4);
  });

  it("where there are none is a failure, not a lock that is busy", () => {
    const { kernel, files } = fakeKernel();
    files.set(PATH, { text: "", id: 1, attributes: 0xbad, locks: new Map() });
    expect(() => openWindows(PATH, kernel).tryLock()).toThrow(/Cannot lock C:.*no locks \(Windows says 1\)/);
  });

  it("that can't be opened is a failure that says why", () => {
    const { kernel } = fakeKernel();
    const refusing = { ...kernel, CreateFileW: () => -1n, GetLastError: () => 5 };
    expect(() => openWindows(PATH, refusing)).toThrow(`Cannot lock ${PATH}: Windows says 5`);
  });
});

describe("a process on Windows", () => {
  it("is told from a later one of its number by when it started", () => {
    const { kernel, processes, open } = fakeKernel();
    processes.set(7, { code: 259, created: [0xfffffffe, 0x1dd8] });
    expect(startTimeOf(kernel, 7)).toBe(String((0x1dd8n << 32n) | 0xfffffffen));
    expect(startTimeOf(kernel, 8)).toBeUndefined();
    expect(open.size).toBe(0);
  });

  it("that has ended is gone, though somebody has it open still", () => {
    const { kernel, processes, open } = fakeKernel();
    processes.set(7, { code: 0, created: [1, 1] });
    expect(startTimeOf(kernel, 7)).toBeUndefined();
    expect(open.size).toBe(0);
  });

  it("is looked at with no more rights than that takes", () => {
    const { kernel, asked } = fakeKernel();
    startTimeOf(kernel, 7);
    exitCodeOf(kernel, 7);
    // PROCESS_QUERY_LIMITED_INFORMATION
    expect(asked.map(({ numbers }) => numbers)).toEqual([[0x1000], [0x1000]]);
  });

  it("has an exit code of 32 bits", () => {
    const { kernel, processes, open } = fakeKernel();
    processes.set(7, { code: 0xc0000005, created: [1, 1] });
    expect(exitCodeOf(kernel, 7)()).toBe(0xc0000005);
    expect(exitCodeOf(kernel, 8)()).toBeUndefined();
    expect(open.size).toBe(0);
  });
});

describe("the calls of Windows", () => {
  it("are refused where the runtime has none, with what to do", () => {
    const failure = failureOf(() => loadKernel32(() => undefined));
    expect(failure.message).toBe("Cannot lock files or tell processes apart on Windows with this runtime");
    expect(failure.hint).toBe("use agentlb.exe, the compiled program, or Bun");
  });

  it("are looked for in the library that has them", () => {
    const asked: [string, string[]][] = [];
    const dlopen = (library: string, symbols: Record<string, unknown>) => {
      asked.push([library, Object.keys(symbols)]);
      return { symbols: {} };
    };
    loadKernel32((name) => name === "bun:ffi" ? { dlopen } : undefined);
    expect(asked).toEqual([["kernel32.dll", expect.arrayContaining(["LockFileEx", "GetProcessTimes"])]]);
    const broken = failureOf(() => loadKernel32(() => ({ dlopen: () => fail("no") })));
    expect(broken.message).toBe("Cannot load kernel32.dll");
  });

  it("can't be had here", () => {
    expect(() => openWindows(PATH)).toThrow(Failure);
  });
});

function failureOf(action: () => unknown): Failure {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    return error as Failure;
  }
  throw new Error("nothing failed");
}

function fail(why: string): never {
  throw new Error(why);
}

import type { Kernel32 } from "../../../lib/io/platform/windows.ts";

interface FakeFile {
  text: string;
  readonly id: number;
  readonly attributes?: number;
  links?: number;
  /** Which handle holds which byte. */
  readonly locks: Map<bigint, bigint>;
}

interface FakeProcess {
  readonly code: number;
  readonly created: readonly [low: number, high: number];
}

/** The calls of Windows that we make, on files and processes that are only here; what was asked for, and what is open. */
export function fakeKernel(files = new Map<string, FakeFile>(), processes = new Map<number, FakeProcess>()) {
  let [last, lastHandle] = [0, 100n];
  const open = new Map<bigint, FakeFile | FakeProcess>();
  const asked: { call: string; numbers: readonly number[] }[] = [];
  const handleOf = (thing: FakeFile | FakeProcess) => {
    open.set(++lastHandle, thing);
    return lastHandle;
  };
  const refuse = (error: number) => {
    last = error;
    return 0;
  };
  const fileAt = (handle: bigint) => open.get(handle) as FakeFile;
  const kernel: Kernel32 = {
    CreateFileW(name, access, share, _security, disposition, flags) {
      asked.push({ call: "CreateFileW", numbers: [access, share, disposition, flags] });
      const path = String.fromCharCode(...name).replace(/\0$/, "");
      const [existing, isWanted] = [files.get(path), disposition === 4];
      if (existing === undefined && !isWanted) {
        refuse(2);
        return -1n;
      }
      const file = existing ?? { text: "", id: files.size + 1, locks: new Map() };
      files.set(path, file);
      return handleOf(file);
    },
    LockFileEx(handle, flags, _reserved, low, high, overlapped) {
      asked.push({ call: "LockFileEx", numbers: [flags, low, high] });
      const file = fileAt(handle);
      if (file.attributes === 0xbad) return refuse(1);
      const place = (BigInt(overlapped[5]!) << 32n) | BigInt(overlapped[4]!);
      if (file.locks.has(place)) return refuse(33);
      file.locks.set(place, handle);
      return 1;
    },
    GetFileInformationByHandle(handle, fields) {
      const { attributes = 0x80, links = 1, id } = fileAt(handle);
      fields.set([attributes, 0, 0, 0, 0, 0, 0, 7, 0, 0, links, 1, id]);
      return 1;
    },
    SetFilePointerEx: () => 1,
    SetEndOfFile(handle) {
      fileAt(handle).text = "";
      return 1;
    },
    WriteFile(handle, bytes, count, written) {
      fileAt(handle).text += new TextDecoder().decode(bytes.subarray(0, count));
      written[0] = count;
      return 1;
    },
    CloseHandle(handle) {
      const thing = open.get(handle);
      if (thing !== undefined && "locks" in thing) {
        for (const [place, holder] of thing.locks) if (holder === handle) thing.locks.delete(place);
      }
      return open.delete(handle) ? 1 : 0;
    },
    OpenProcess(access, _inherit, pid) {
      asked.push({ call: "OpenProcess", numbers: [access] });
      const process = processes.get(pid);
      return process === undefined ? BigInt(refuse(87)) : handleOf(process);
    },
    GetProcessTimes(handle, created) {
      created.set((open.get(handle) as FakeProcess).created);
      return 1;
    },
    GetExitCodeProcess(handle, code) {
      code[0] = (open.get(handle) as FakeProcess).code;
      return 1;
    },
    ExitProcess() {},
    GetLastError: () => last,
  };
  return { kernel, files, processes, open, asked };
}

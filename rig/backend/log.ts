/** One request to the fake; contains no whole token. */
export interface Row {
  /** Counts from 1. */
  readonly seq: number;
  /** Arrival, epoch ms. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** The account of the request: by header, else by its tokens, else "default". */
  readonly account: string;
  /** The port of the client. */
  readonly peerPort: number | undefined;
  /** The client process; known for the paths of `peersOf` only. */
  readonly pid?: number;
  readonly command?: string;
  /** Fingerprint of the bearer token. */
  readonly bearer?: string;
  readonly userAgent?: string;
  /** For requests to the auth server: the grant, the reason, the fingerprint of the token that was sent. */
  readonly grant?: string;
  readonly reason?: string;
  readonly spent?: string;
  /** The body of a request to the model, where the backend keeps those. */
  readonly asked?: string;
  /** The answer; undefined until there is one, and for good when the connection was dropped. */
  readonly status?: number;
  /** Completion of the answer, epoch ms. */
  readonly answeredAt?: number;
}

export interface RowFilter {
  readonly path?: string | RegExp;
  readonly method?: string;
  readonly account?: string;
  readonly status?: number;
  /** Only rows after this `seq`. */
  readonly after?: number;
}

/** The log of requests, with a way to wait for one without polling. */
export class RequestLog {
  readonly rows: Row[] = [];
  readonly #waiting = new Set<() => void>();

  add(row: Omit<Row, "seq">): Row {
    const added = { seq: this.rows.length + 1, ...row };
    this.rows.push(added);
    this.#wake();
    return added;
  }

  /** Adds facts that became known later; the row itself changes. */
  amend(row: Row, known: Partial<Row>): void {
    Object.assign(row, known);
    this.#wake();
  }

  /** `path` matches as the end of the path, without its query. */
  find(filter: RowFilter): Row[] {
    return this.rows.filter((row) => matches(row, filter));
  }

  /** Resolves with the rows that match as soon as there are `count`; rejects with all paths after `timeoutMs`. */
  waitFor(filter: RowFilter, count = 1, timeoutMs = 15_000): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.find(filter);
        if (found.length < count) return;
        done();
        resolve(found);
      };
      const timer = setTimeout(() => {
        done();
        const seen = this.rows.map((row) => `${row.method} ${row.path} ${row.account} ${row.status ?? "-"}`);
        const wanted = JSON.stringify(filter, (_, value) => value instanceof RegExp ? String(value) : value);
        reject(new Error(`no ${count} requests like ${wanted} in ${timeoutMs} ms, but:\n${seen.join("\n")}`));
      }, timeoutMs);
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
      look();
    });
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look();
  }
}

function matches(row: Row, filter: RowFilter): boolean {
  const path = row.path.split("?")[0] ?? "";
  if (typeof filter.path === "string" && !path.endsWith(filter.path)) return false;
  if (filter.path instanceof RegExp && !filter.path.test(path)) return false;
  if (filter.method !== undefined && row.method !== filter.method) return false;
  if (filter.account !== undefined && row.account !== filter.account) return false;
  if (filter.status !== undefined && row.status !== filter.status) return false;
  return row.seq > (filter.after ?? 0);
}

#!/usr/bin/env node
import { leave, realHost, startedBy } from "./lib/io/host.ts";
import { start } from "./lib/cli/start.ts";

await leave(await start(realHost(import.meta.url), startedBy(import.meta.url)));

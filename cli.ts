#!/usr/bin/env node
import { leave, realHost } from "./lib/io/host.ts";
import { main } from "./lib/cli/main.ts";

await leave(await main(realHost(import.meta.url)));

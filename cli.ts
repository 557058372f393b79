#!/usr/bin/env node
import process from "node:process";
import { leave, realHost, startedBy } from "./lib/io/host.ts";
import { start } from "./lib/cli/start.ts";

const entry = import.meta.url;
// Not awaited: the bundle for all runtimes has to be valid in both kinds of modules.
void start(realHost(entry), startedBy(entry), process.versions).then(leave);

#!/usr/bin/env node
import process from "node:process";
import { leave, realHost, startedBy } from "./lib/io/host.ts";
import { start } from "./lib/cli/start.ts";

const entry = import.meta.url;
// Not awaited here: in one file for every runtime this has to be valid in modules of either kind.
void start(realHost(entry), startedBy(entry), process.versions).then(leave);

/**
 * `npm run release:notes -- v1.2.3`: what CHANGELOG.md says of a version, for the page of its release. Without an argument
 * the tag that the workflow runs for (GITHUB_REF_NAME). Fails when the tree is of another version. Run with Bun.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The files that say which version the tree is of, and where in them. */
const SAYING: Readonly<Record<string, RegExp>> = {
  "package.json": /^ {2}"version": "([^"]+)"/m,
  "package-lock.json": /^ {2}"version": "([^"]+)"/m,
  "lib/core/text/version.ts": /^export const VERSION = "([^"]+)"/m,
};

/** The version that a tag (`v1.2.3`) or a version means; throws when it is none. */
export function versionOf(tag: string): string {
  const [, version] = /^v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.]+)?)$/.exec(tag) ?? [];
  if (version === undefined) {
    throw new Error(`${JSON.stringify(tag)} is not the tag of a version, as v1.2.3 is`);
  }
  return version;
}

/** The section of the changelog about a version, without its heading; throws when there is none, or it is not closed. */
export function sectionOf(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.split(/\s/, 1)[0] === version);
  if (section === undefined) throw new Error(`CHANGELOG.md has no section "## ${version}"`);
  const [heading = "", ...lines] = section.split("\n");
  if (/unreleased/i.test(heading)) throw new Error(`CHANGELOG.md calls ${version} unreleased: ${heading}`);
  const body = lines.join("\n").trim();
  if (body === "") throw new Error(`CHANGELOG.md has nothing to say of ${version}`);
  return body;
}

/** The notes of the release that a tag means, from the tree; throws when a file of it is of another version. */
export function notesOf(tree: string, tag: string): string {
  const version = versionOf(tag);
  for (const [name, pattern] of Object.entries(SAYING)) {
    const said = pattern.exec(readFileSync(join(tree, name), "utf8"))?.[1];
    if (said !== version) throw new Error(`${name} says ${said ?? "nothing"}, and the tag is for ${version}`);
  }
  return sectionOf(readFileSync(join(tree, "CHANGELOG.md"), "utf8"), version);
}

/** The tag that is meant: the argument, or what a workflow runs for; throws when there is neither. */
export function tagOf(argument: string | undefined): string {
  const tag = argument ?? process.env.GITHUB_REF_NAME;
  if (tag === undefined) throw new Error("which version? v1.2.3");
  return tag;
}

if (import.meta.main) {
  try {
    console.log(notesOf(resolve(fileURLToPath(import.meta.url), "../../.."), tagOf(process.argv[2])));
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : String(thrown));
    process.exitCode = 1;
  }
}

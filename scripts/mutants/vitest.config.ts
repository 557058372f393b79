/** Runs the tests of one subject for Stryker, which has no option for this. */
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { defineConfig } from "vitest/config";
import { measuredSlack, SLACK } from "../../rig/patience.ts";
import { SUBJECT, SUBJECTS, WITHOUT } from "./subjects.ts";

const subject = SUBJECTS.find(({ name }) => name === process.env[SUBJECT]);
if (subject === undefined) throw new Error(`${SUBJECT} names no subject`);
const without = (process.env[WITHOUT] ?? "").split(" ");
const slack = process.env[SLACK] ?? String(measuredSlack());

/** Tests in the order of the subject, the quickest first, because the first that fails ends a run. */
class InOrder extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      subject!.tests.findIndex((path) => moduleId.endsWith(`/${path}`));
    return Promise.resolve([...files].sort((a, b) => place(a) - place(b)));
  }
}

export default defineConfig({
  plugins: [{
    name: "processes",
    // Stryker runs tests in threads, which cannot change what belongs to a process, such as its umask.
    configureVitest: ({ project }) => {
      if (subject.pool === "forks") project.config.pool = "forks";
    },
  }],
  test: {
    include: subject.tests.filter((path) => !without.includes(path)),
    sequence: { sequencer: InOrder },
    testTimeout: 30_000 * Number(slack),
    hookTimeout: 30_000 * Number(slack),
    env: { [SLACK]: slack },
  },
});

import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Begins with what takes longest, also where no run before has told how long: it would keep one worker to itself at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => /tests\/(model|faults|worker|long)\//.test(moduleId);
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/** A directory for the totals of each run, of which .ci/run prints the sum. */
const totals = process.env["DEPLOY_QUEUE_TEST_TOTALS"];

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    globalSetup: "tests/support/globalSetup.ts",
    setupFiles: "tests/support/setup.ts",
    // A process of its own would cost each file a fifth of a second of processor time.
    isolate: false,
    // Only what hangs reaches it: a machine under load may be ten times slower. Waits for a condition give up after half of it.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    maxWorkers: Math.max(4, availableParallelism() - 1),
    sequence: { sequencer: LongestFirst },
    reporters:
      totals === undefined ? "default" : ["default", ["json", { outputFile: `${totals}/${process.pid}.json` }]],
    // Its ES modules import folders, which Node.js refuses.
    server: { deps: { inline: ["clipanion"] } },
    // A test that needs a second try is a bug found.
    retry: 0,
    coverage: { provider: "v8", include: ["src/**/*.ts"], reporter: ["json"] },
  },
});

// npm run test:model -- [--runs N] [--seed S]: the model test with as many programs as one likes, from a seed of its own, and
// what it finds in mutants.
import { spawnSync } from "node:child_process";
import { wholeNumbers } from "./wholeNumbers.js";

const values = wholeNumbers({ runs: 1, seed: 0 });
const { status } = spawnSync("vitest", ["run", "tests/long/model.test.ts", "tests/long/mutants"], {
  stdio: "inherit",
  env: {
    ...process.env,
    ...(values.runs === undefined ? {} : { DEPLOY_QUEUE_MODEL_RUNS: values.runs }),
    DEPLOY_QUEUE_TEST_SEED: values.seed ?? String(Date.now() % 2 ** 31),
  },
});
process.exit(status ?? 1);

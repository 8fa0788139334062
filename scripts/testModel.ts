// npm run test:model -- [--runs N] [--seed S]: the model test with as many programs as one likes, and what it finds in mutants.
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { runs: { type: "string" }, seed: { type: "string" } } });
for (const [name, value] of Object.entries(values)) {
  if (!/^\d+$/.test(value)) {
    process.stderr.write(`--${name} must be a whole number, not "${value}"\n`);
    process.exit(2);
  }
}
const { status } = spawnSync("vitest", ["run", "tests/model"], {
  stdio: "inherit",
  env: {
    ...process.env,
    DEPLOY_QUEUE_MUTANTS: "1",
    ...(values.runs === undefined ? {} : { DEPLOY_QUEUE_MODEL_RUNS: values.runs }),
    ...(values.seed === undefined ? {} : { DEPLOY_QUEUE_MODEL_SEED: values.seed }),
  },
});
process.exit(status ?? 1);

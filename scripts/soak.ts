// npm run test:soak -- [--minutes N]: faults and random programs for that long, each run from another seed.
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const { minutes } = parseArgs({ options: { minutes: { type: "string", default: "30" } } }).values;
if (!/^[1-9]\d*$/.test(minutes)) {
  process.stderr.write(`--minutes must be a whole number, 1 or more, not "${minutes}"\n`);
  process.exit(2);
}
const end = performance.now() + Number(minutes) * 60_000;
for (let round = 1; performance.now() < end; round += 1) {
  process.stdout.write(`round ${round}, ${Math.ceil((end - performance.now()) / 60_000)} minutes left\n`);
  const { status } = spawnSync(
    "vitest",
    ["run", "tests/faults", "tests/model/model.test.ts", "tests/sql/hammer.test.ts"],
    {
      stdio: "inherit",
      env: { ...process.env, DEPLOY_QUEUE_STORMS: "5", DEPLOY_QUEUE_HAMMER_SECONDS: "30" },
    },
  );
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}

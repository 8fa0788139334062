// npm run test:soak -- [--minutes N]: faults and random programs for that long, each run from another seed.
import { spawnSync } from "node:child_process";
import { wholeNumbers } from "./wholeNumbers.js";

const { minutes = "30" } = wholeNumbers({ minutes: 1 });
const end = performance.now() + Number(minutes) * 60_000;
for (let round = 1; performance.now() < end; round += 1) {
  process.stdout.write(`round ${round}, ${Math.ceil((end - performance.now()) / 60_000)} minutes left\n`);
  const { status } = spawnSync(
    "vitest",
    ["run", "tests/faults", "tests/long/storm.test.ts", "tests/long/model.test.ts", "tests/long/hammer.test.ts"],
    {
      stdio: "inherit",
      env: {
        ...process.env,
        DEPLOY_QUEUE_TEST_SEED: String(Date.now() % 2 ** 31),
        DEPLOY_QUEUE_STORMS: "5",
        DEPLOY_QUEUE_HAMMER_SECONDS: "30",
      },
    },
  );
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}

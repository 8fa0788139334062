import { test } from "vitest";
import { outlastStorms } from "../faults/storm.js";
import { useDirectory } from "../support/commandLine.js";
import { seed } from "../support/seed.js";

/** npm run test:soak has more of them. */
const storms = Number(process.env["DEPLOY_QUEUE_STORMS"] ?? 1);
const directory = useDirectory();

test(`thirty processes in a storm of faults from seed ${seed} leave a history without a flaw`, {
  timeout: storms * 600_000,
}, async () => {
  await outlastStorms({ seed, storms, depth: 6, cells: 5, isLong: true, directory });
});

import { test } from "vitest";
import { useDirectory } from "../support/commandLine.js";
import { tryLocks } from "./lockedCells.js";

const seed = Number(process.env["DEPLOY_QUEUE_STORM_SEED"] ?? Date.now() % 2 ** 31);
const directory = useDirectory();

test(`no command finds the lock of its cell taken, whatever happens to keepers, connections and the server; seed ${seed}`, async () => {
  await tryLocks({ seed, rounds: 3, cells: 3, directory });
});

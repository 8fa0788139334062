import { test } from "vitest";
import { tryLocks } from "../faults/lockedCells.js";
import { useDirectory } from "../support/commandLine.js";
import { seed } from "../support/seed.js";

const directory = useDirectory();

test(`no command finds the lock of its cell taken in 200 rounds of faults from seed ${seed}`, {
  timeout: 1_800_000,
}, async () => {
  await tryLocks({ seed, rounds: 50, cells: 4, directory });
});

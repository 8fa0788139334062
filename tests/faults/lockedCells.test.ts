import { test } from "vitest";
import { useDirectory } from "../support/commandLine.js";
import { seed } from "../support/seed.js";
import { tryLocks } from "./lockedCells.js";

const directory = useDirectory();

test(`no command finds the lock of its cell taken, whatever happens to keepers, connections and the server; seed ${seed}`, async () => {
  await tryLocks({ seed, rounds: 3, cells: 3, directory });
});

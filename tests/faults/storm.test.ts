import { test } from "vitest";
import { useDirectory } from "../support/commandLine.js";
import { seed } from "../support/seed.js";
import { outlastStorms } from "./storm.js";

const directory = useDirectory();

// tests/long has more faults and more processes.
test(`nine processes, hit by a fault of each kind from seed ${seed}, leave a history without a flaw`, async () => {
  await outlastStorms({ seed, storms: 1, depth: 3, cells: 3, isLong: false, directory });
});

import { join } from "node:path";
import { afterAll, afterEach } from "vitest";
import { killChildren, removeDirectories } from "./leftovers.js";

// Commands that run in the process of a test start the built program for their watchdog.
process.argv[1] = join(import.meta.dirname, "../../dist/cli.js");

// Of every test file.
afterEach(killChildren);
afterAll(removeDirectories);

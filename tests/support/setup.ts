import { afterAll, afterEach } from "vitest";
import { killChildren, removeDirectories } from "./leftovers.js";

// Of every test file.
afterEach(killChildren);
afterAll(removeDirectories);

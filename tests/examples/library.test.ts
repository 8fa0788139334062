import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { useDatabase } from "../support/database.js";

const database = useDatabase();

test("the example of the library deploys", async () => {
  const example = join(import.meta.dirname, "../../examples/library.ts");
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", example], {
    env: { ...process.env, DEPLOY_QUEUE_DATABASE_URL: database.url },
  });
  expect(stdout).toBe("deployment 1 is deploying\nfinished\ndeployment 2 finished too\n");
});

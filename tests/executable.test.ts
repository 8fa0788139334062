import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { version } from "../package.json";
import { runCli } from "./support/cli.js";
import { useDirectory } from "./support/commandLine.js";
import { emptyDatabase } from "./support/emptyDatabase.js";

const directory = useDirectory();
const alone = { PATH: directory, HOME: directory };

describe.skipIf(!process.env["DEPLOY_QUEUE_TEST_EXECUTABLE"])("an executable", () => {
  test("needs no Node.js and no files beside it", async () => {
    const { url, hasQueue } = await emptyDatabase();

    expect(await runCli(["--version"], alone)).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: "" });
    expect(await runCli(["migrate"], { ...alone, DEPLOY_QUEUE_DATABASE_URL: url })).toMatchObject({ code: 0 });
    expect(await hasQueue()).toBe(true);
  });

  test("says that no PostgreSQL is inside, and makes no directory for one", async () => {
    const own = join(directory, "own");
    const { code, stderr } = await runCli(["list", "running"], {
      ...alone,
      DEPLOY_QUEUE_DATABASE_URL: "embedded",
      DEPLOY_QUEUE_DATA_DIRECTORY: own,
    });

    expect(code).toBe(7);
    expect(stderr).toMatch(/^deploy-queue: No PostgreSQL is inside the executable: .*\n$/);
    expect(existsSync(own)).toBe(false);
  });
});

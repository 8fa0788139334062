import { expect, test } from "vitest";
import { expectedSchemaVersion } from "../../src/database/schema.js";
import { runCli } from "../support/cli.js";
import { newPlace, useCommandLine } from "../support/commandLine.js";
import { emptyDatabase } from "../support/emptyDatabase.js";

const cli = useCommandLine();
const version = expectedSchemaVersion();

test("migrate creates the schema in an empty database, and is content the second time", async () => {
  const { url, hasQueue } = await emptyDatabase();
  const variables = { DEPLOY_QUEUE_DATABASE_URL: url };

  const first = await runCli(["migrate"], variables);
  const second = await runCli(["migrate", "--json"], variables);

  expect(first.code).toBe(0);
  expect(first.stdout).toMatch(new RegExp(`has version ${version}\\n$`));
  expect(await hasQueue()).toBe(true);
  expect(second).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(second.stdout)).toEqual({ schema_version: version });
});

test("three processes may migrate an empty database at once", async () => {
  const { url } = await emptyDatabase();
  const variables = { DEPLOY_QUEUE_DATABASE_URL: url };
  const place = newPlace();

  const ends = await Promise.all([
    runCli(["migrate"], variables),
    runCli(["migrate", "--json"], variables),
    runCli(["start", ...place.options], variables),
  ]);

  expect(ends.map(({ code, stderr }) => (code === 0 ? code : stderr))).toEqual([0, 0, 0]);
});

test("the URLs of other tools in the environment, which may be ours, change nothing", async () => {
  const { url, hasQueue } = await emptyDatabase();
  const others = { ROOT_DATABASE_URL: url, DATABASE_URL: url, SHADOW_DATABASE_URL: url };
  const first = await runCli(["list", "queue"], { DEPLOY_QUEUE_DATABASE_URL: url, ...others });
  expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/migrating/) });
  expect(await hasQueue()).toBe(true);
});

test("a database whose defaults are strange is migrated like any other", async () => {
  const { url, sql, hasQueue } = await emptyDatabase();
  for (const setting of [
    "default_transaction_read_only = on",
    "default_transaction_isolation = 'serializable'",
    "statement_timeout = '50ms'",
    "datestyle = 'German'",
    "search_path = ''",
  ]) {
    await sql.unsafe(`alter database ${new URL(url).pathname.slice(1)} set ${setting}`);
  }
  expect(await runCli(["migrate"], { DEPLOY_QUEUE_DATABASE_URL: url })).toMatchObject({ code: 0 });
  expect(await hasQueue()).toBe(true);
});

test("the first command migrates by itself and says so", async () => {
  const { url } = await emptyDatabase();

  const { code, stdout, stderr } = await runCli(["start", ...newPlace().options], { DEPLOY_QUEUE_DATABASE_URL: url });

  expect(code).toBe(0);
  expect(stdout).toBe("1\n");
  expect(stderr).toContain("migrating the schema deploy_queue");
});

test("--skip-migrations leaves an empty database empty, and says what to do", async () => {
  const { url, hasQueue } = await emptyDatabase();

  const { code, stdout, stderr } = await runCli(["--skip-migrations", "environment", "list"], {
    DEPLOY_QUEUE_DATABASE_URL: url,
  });

  expect(code).toBe(4);
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^deploy-queue: the schema deploy_queue in .* is missing\. Run "deploy-queue migrate".*\n$/);
  expect(await hasQueue()).toBe(false);
});

test("--skip-migrations is no obstacle when the schema is there", async () => {
  expect((await cli.run(["--skip-migrations", "environment", "list"])).code).toBe(0);
  expect((await cli.run(["environment", "list", "--skip-migrations"])).code).toBe(0);
});

test("a newer schema is a warning, and the command works", async () => {
  await cli.sql`
    create or replace function deploy_queue.schema_version() returns integer language sql immutable as 'select 999'`;

  const { code, stdout, stderr } = await cli.run(["start", ...newPlace().options]);

  expect(code).toBe(0);
  expect(stdout).toMatch(/^\d+\n$/);
  expect(stderr).toMatch(/WARN.*has version 999/);
});

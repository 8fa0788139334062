import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import postgres from "postgres";
import { expect, test } from "vitest";
import { connectionSettings } from "../../src/database/connectionSettings.js";
import { Database } from "../../src/database/database.js";
import { DatabaseUnavailableError } from "../../src/database/errors.js";
import { primaryOf } from "../../src/database/primary.js";
import { runCli } from "../support/cli.js";
import { startOwnServer } from "../support/ownServer.js";
import { until } from "../support/until.js";

/** One URL with the hosts of all, in this order. */
function together(...urls: readonly [string, ...string[]]): string {
  const hosts = urls.map((url) => new URL(url).host).join(",");
  return urls[0].replace(/@[^/]+/, `@${hosts}`);
}

const dead = "postgres://ann@127.0.0.1:1/somewhere";

test("a URL with one host is not asked about", async () => {
  const settings = connectionSettings(dead);
  expect(await primaryOf(settings)).toBe(settings);
});

test("of several hosts the one that takes writes is used, wherever it stands", async () => {
  const primary = await startOwnServer();
  const standby = await primary.standby();
  const url = together(standby.url, dead, primary.url);

  const { hosts } = await primaryOf(connectionSettings(url));
  expect(hosts).toEqual([{ name: "127.0.0.1", port: Number(new URL(primary.url).port) }]);

  const location = ["--environment", "dev", "--provider", "aws", "--region", "r", "--cell-index", "1"];
  const started = await runCli(["start", ...location, "--component", "api"], { DEPLOY_QUEUE_DATABASE_URL: url });
  expect(started.code, started.stderr).toBe(0);
});

test("when none of them takes writes, the error says so of each", async () => {
  const primary = await startOwnServer();
  const standby = await primary.standby();
  const database = new Database({ url: together(standby.url, dead), applicationName: "tests" });

  const failure = await database.query((sql) => sql`select 1`).catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(DatabaseUnavailableError);
  expect(String(failure)).toMatch(
    /is a standby; .*127\.0\.0\.1:1\/.* cannot be reached: nothing answers at 127\.0\.0\.1:1/,
  );
  await database.close();
});

test("a standby alone is named at once, by each command, with the way out", async () => {
  const primary = await startOwnServer();
  const standby = await primary.standby();
  const variables = { DEPLOY_QUEUE_DATABASE_URL: standby.url };
  const location = ["--environment", "dev", "--provider", "aws", "--region", "r", "--cell-index", "1"];
  for (const args of [
    ["start", ...location, "--component", "api"],
    ["finish", "1"],
    ["worker"],
    ["cancel", "deployment", "1"],
  ]) {
    const { code, stdout, stderr } = await runCli(args, variables);
    expect([args[0], code, stdout]).toEqual([args[0], 7, ""]);
    expect(stderr).toMatch(/^deploy-queue: .* is a standby, which takes no writes.*the primary.*\n$/);
  }
  const { code, stdout } = await runCli(["doctor"], variables);
  expect(code).toBe(4);
  expect(stdout).toMatch(
    /^failed {3}connection: .* is a standby, which takes no writes\n +Give the address of the primary/,
  );
});

test("a client whose server comes back as a standby does not read there", async () => {
  const primary = await startOwnServer();
  const standby = await primary.standby();
  const database = new Database({ url: together(primary.url, standby.url), applicationName: "tests" });
  const isStandby = () =>
    database.query<{ standby: boolean }>((sql) => sql`select pg_is_in_recovery() as standby`).catch(() => []);
  expect(await isStandby()).toEqual([{ standby: false }]);
  await primary.crash();
  await writeFile(join(primary.directory, "postgres-18/data/standby.signal"), "");
  await primary.restart();
  const promoting = postgres(standby.url, { max: 1 });
  await promoting`select pg_promote()`;
  await promoting.end();
  const answer = await until("it has found the promoted server", async () => {
    const rows = await isStandby();
    return rows.length > 0 && rows;
  });
  expect(answer).toEqual([{ standby: false }]);
  await database.close();
});

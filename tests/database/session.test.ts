// No default of a role, a database or a server changes what is read or done: directly, and through poolers that keep no options.
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { Database } from "../../src/database/database.js";
import { newPlace, type Place, useCommandLine } from "../support/commandLine.js";
import { useLogins } from "../support/logins.js";
import { hasPooler, startPooler } from "../support/pooler.js";
import { until } from "../support/until.js";

const line = useCommandLine();
const newLogin = useLogins(line);

const defaults = [
  "datestyle = 'German'",
  "datestyle = 'SQL, DMY'",
  "intervalstyle = 'sql_standard'",
  "timezone = 'Asia/Kathmandu'",
  "search_path = 'other, pg_catalog'",
  "default_transaction_isolation = 'serializable'",
  "default_transaction_isolation = 'repeatable read'",
  "default_transaction_read_only = on",
  "default_transaction_deferrable = on",
  "statement_timeout = '300ms'",
  "lock_timeout = '1ms'",
  "idle_in_transaction_session_timeout = '1ms'",
  "client_min_messages = 'error'",
  "standard_conforming_strings = off",
];

type Way = (url: string) => Promise<string>;

async function throughPooler(url: string, settings: string): Promise<string> {
  const pooler = await startPooler(url, { mode: "transaction", settings });
  onTestFinished(() => pooler.stop());
  await untilItAnswers(pooler.url);
  return pooler.url;
}

const untilItAnswers = (url: string): Promise<unknown> =>
  until("it answers", async () => {
    const { code } = await line.run(["info", "1"], { DEPLOY_QUEUE_DATABASE_URL: url });
    return code !== 7;
  });

const ways: readonly (readonly [how: string, can: boolean, way: Way])[] = [
  ["directly", true, (url) => Promise.resolve(url)],
  ["through a pooler that refuses options", hasPooler, (url) => throughPooler(url, "")],
  [
    "through a pooler that ignores options",
    hasPooler,
    (url) => throughPooler(url, "ignore_startup_parameters = options"),
  ],
];

beforeAll(async () => {
  await line.run(["roles", "create"]);
  await line.sql.unsafe(`
    create schema other;
    create function other.pg_notify(text, text) returns void language sql as 'select 1 / 0';
    create function other.now() returns timestamptz language sql as $$select timestamptz '2001-02-03'$$;
    grant usage on schema other to public`);
});

/** The life of a deployment, and what the command line says of it, without what differs each time. */
async function life(url: string, place: Place): Promise<unknown> {
  const variables = { DEPLOY_QUEUE_DATABASE_URL: url, DEPLOY_QUEUE_ACTOR: "ann" };
  const said: unknown[] = [];
  const say = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await line.run(args, variables);
    const text = (output: string) =>
      output.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|place-\d+|\b\d[\d:.TZ-]*\b/g, "…").replaceAll(/[─ ]+/g, " ");
    said.push([args[0], code, text(stdout), text(stderr)]);
    return stdout;
  };
  const id = (await say("start", ...place.options, "--max-duration", "26h")).trim();
  const { start_timestamp } = JSON.parse(await say("info", id, "--json"));
  expect(Math.abs(Date.now() - Date.parse(start_timestamp))).toBeLessThan(600_000);
  await say("list", "running", "--json", "--provider", "aws", "--region", place.region);
  await say("finish", id);
  await say("finish", id);
  await say("history", id, "--json");
  await say("environment", "list", "--json");
  await say("run", ...place.options, "--", "true");
  return said;
}

describe.each(ways)("%s", (_, can, way) => {
  test.skipIf(!can)("no limit of the role ends a statement before ours does", async () => {
    const { name, url } = await newLogin("deploy_queue_operator");
    await line.sql.unsafe(`alter role ${name} set statement_timeout = '400ms'`);
    const database = new Database({ url: await way(url), applicationName: "tests" });
    onTestFinished(() => database.close());
    const rows = await database.query(
      (sql) => sql`select pg_sleep(0.6), current_setting('statement_timeout') as limit`,
    );
    expect(rows).toEqual([{ pg_sleep: "", limit: "0" }]);
  });

  test.skipIf(!can)("all defaults mean the same", async () => {
    const { name, url } = await newLogin("deploy_queue_operator");
    const there = await way(url);
    const place = newPlace();
    await life(there, place);
    const expected = await life(there, place);
    expect(JSON.stringify(expected)).not.toMatch(/"start",[1-9]/);
    for (const setting of defaults) {
      const [parameter = ""] = setting.split(" ");
      await line.sql.unsafe(`alter role ${name} set ${setting}`);
      // Those that a pooler holds have the old default.
      await line.sql`select pg_terminate_backend(pid, 10000) from pg_stat_activity where usename = ${name}`;
      await untilItAnswers(there);
      expect([setting, await life(there, place)]).toEqual([setting, expected]);
      await line.sql.unsafe(`alter role ${name} reset ${parameter}`);
    }
  });
});

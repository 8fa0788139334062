import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { useLogins } from "../../support/logins.js";

const database = useDatabase();
const { sql, queue } = database;
const newLogin = useLogins(database);

const enter = async (url: string, hold: "outside" | null = null, by = sql) => {
  const { region } = newLine(database);
  const [row] = await by<{ id: number }[]>`
    select id from deploy_queue.enqueue('dev', 'aws', ${region}, 0, 'api', url => ${url}, hold => ${hold})`;
  return row?.id ?? 0;
};

test("of several with one url it is the newest that is queued or running", async () => {
  const url = "https://example.org/several";
  const [first, second, third] = [await enter(url), await enter(url), await enter(url)];
  await enter("https://example.org/other");
  const found = async () => (await queue.liveDeploymentByUrl(url))?.id;

  expect(await found()).toBe(third);
  await queue.cancel(third);
  expect(await found()).toBe(second);
  await queue.tryStart(second);
  expect(await found()).toBe(second);
  await queue.finish(second);
  expect(await found()).toBe(first);
});

test("the url of what is only staged is not that of a job", async () => {
  await enter("https://example.org/1", "outside");
  expect(await queue.liveDeploymentByUrl("https://example.org/1")).toBeUndefined();
});

test("of several roles it is the one that the caller has entered, else the oldest: a younger one may be a decoy", async () => {
  await queue.roles.create();
  const [ann, eve, kim] = [
    await newLogin("deploy_queue_deployer"),
    await newLogin("deploy_queue_deployer"),
    await newLogin("deploy_queue_deployer"),
  ];
  const url = "https://example.org/decoy";
  const [first, second] = [await enter(url, null, ann.sql), await enter(url, null, ann.sql)];
  const decoy = await enter(url, null, eve.sql);
  const found = async (by: typeof sql) =>
    (await by<{ id: number }[]>`select id from deploy_queue.live_deployment_by_url(${url})`)[0]?.id;
  expect(await Promise.all([found(ann.sql), found(eve.sql), found(kim.sql)])).toEqual([second, decoy, first]);
});

test("with a location it is only one of that cell", async () => {
  const url = "https://example.org/location";
  const [one, other] = [newLine(database), newLine(database)];
  const enterAt = async (region: string, cellIndex: number) => {
    const [row] = await sql<{ id: number }[]>`
      select id from deploy_queue.enqueue('dev', 'aws', ${region}, ${cellIndex}, 'api', url => ${url})`;
    return row?.id;
  };
  const ids = [await enterAt(one.region, 0), await enterAt(one.region, 1), await enterAt(other.region, 0)];
  const found = async (region: string | null, cellIndex: number | null = null, environment: string | null = null) =>
    (
      await sql<{ id: number }[]>`
        select id from deploy_queue.live_deployment_by_url(${url}, environment => ${environment}, region => ${region},
          cell_index => ${cellIndex})`
    )[0]?.id;
  expect(await found(one.region, 0)).toBe(ids[0]);
  expect(await found(one.region)).toBe(ids[1]);
  expect(await found(other.region)).toBe(ids[2]);
  expect(await found(other.region, 1)).toBeUndefined();
  expect(await found(null, null, "prod")).toBeUndefined();
});

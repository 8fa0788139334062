import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql, queue } = database;

test("durations of policies are kept in plain seconds", async () => {
  await sql`
    insert into deploy_queue.environments (environment, buffer_time, heartbeat_timeout, max_duration, retention)
    values ('calendar', '1 day', '1 day 1 second', '1 week', '1 month')`;
  const [row] = await sql`
    select buffer_time::text, heartbeat_timeout::text, max_duration::text, retention::text
    from deploy_queue.environments where environment = 'calendar'`;
  expect(row).toEqual({
    buffer_time: "24:00:00",
    heartbeat_timeout: "24:00:01",
    max_duration: "168:00:00",
    retention: "720:00:00",
  });
});

test("a buffer over a change of daylight saving time ends at the same moment in every time zone", async () => {
  await sql`select deploy_queue.set_environment('summer', buffer_time => '1 day')`;
  const line = newLine(database, "summer");
  await line.add("finished");
  const queued = await line.add("queued");
  const ends = await Promise.all(
    ["UTC", "Europe/Berlin", "America/New_York"].map(async (zone) => {
      const session = database.connect();
      await session.unsafe(`set timezone = '${zone}'`);
      const [row] = await session<{ until: Date }[]>`select until from deploy_queue.waiting_on(${queued})`;
      return row?.until.getTime();
    }),
  );
  expect(new Set(ends).size).toBe(1);
});

test("a clock that was set back neither fails a transition nor puts it before the one before", async () => {
  const id = await newLine(database).add("queued");
  await database.advance("-1 hour");
  const { deployment } = await queue.tryStart(id);
  expect(deployment.start_timestamp).toEqual(deployment.created_at);
  await database.advance("-1 hour");
  const finished = await queue.finish(id);
  expect(finished.finish_timestamp).toEqual(finished.start_timestamp);
  await database.advance("2 hours");
});

test.for([
  ["-infinity", "QD009"],
  ["infinity", "QD009"],
] as const)("a timestamp of %s is refused with %s", async ([timestamp, code]) => {
  await expect(
    sql`
      insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component, created_at)
      values ('dev', 'aws', 'infinite', 1, 'api', ${timestamp}::text::timestamptz)`,
  ).rejects.toMatchObject({ code });
});

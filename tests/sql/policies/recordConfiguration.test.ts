import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";

const database = useDatabase();
const { sql } = database;

/** Runs the statement, and returns the events about policies that it left. */
async function eventsAfter(statement: string) {
  const [{ last } = { last: 0 }] = await sql<{ last: number }[]>`
    select coalesce(max(id), 0) as last from deploy_queue.deployment_events`;
  await database.connect().unsafe(statement);
  const events = await sql<{ environment: string; reason: string }[]>`
    select environment, reason from deploy_queue.deployment_events where kind = 'configured' and id > ${last} order by id`;
  return events.map(({ environment, reason }) => `${environment}: ${reason}`);
}

test.for([
  [
    "insert into deploy_queue.environments (environment, buffer_time) values ('qa', '5 minutes')",
    [
      "qa: environments added: buffer_time 00:05:00, heartbeat_timeout 00:15:00, log_limit 10485760, log_retention 720:00:00, max_reservation 04:00:00, ordering sequential, promotion_cells any, slots 1, soak 00:00:00, unkept_after 01:00:00",
    ],
  ],
  [
    "select deploy_queue.set_environment('qa', buffer_time => '10 minutes', retention => '30 days')",
    ["qa: environments changed: buffer_time from 00:05:00 to 00:10:00, retention from none to 720:00:00"],
  ],
  [
    "update deploy_queue.environments set retention = null where environment = 'qa'",
    ["qa: environments changed: retention from 720:00:00 to none"],
  ],
  [
    "update deploy_queue.environments set heartbeat_timeout = '1 minute' where environment = 'qa'",
    ["qa: environments changed: heartbeat_timeout from 00:15:00 to 00:01:00"],
  ],
  [
    "set intervalstyle = 'iso_8601'; update deploy_queue.environments set buffer_time = '1 hour' where environment = 'qa'",
    ["qa: environments changed: buffer_time from 00:10:00 to 01:00:00"],
  ],
  [
    "update deploy_queue.environments set environment = 'quality' where environment = 'qa'",
    ["quality: environments changed: environment from qa to quality"],
  ],
  ["update deploy_queue.environments set buffer_time = '60 minutes' where environment = 'quality'", []],
  ["begin; update deploy_queue.environments set buffer_time = '0' where environment = 'quality'; rollback", []],
  [
    "delete from deploy_queue.environments where environment = 'quality'",
    [
      "quality: environments removed: buffer_time 01:00:00, heartbeat_timeout 00:01:00, log_limit 10485760, log_retention 720:00:00, max_reservation 04:00:00, ordering sequential, promotion_cells any, slots 1, soak 00:00:00, unkept_after 01:00:00",
    ],
  ],
] as const)("%s leaves %j", async ([statement, events]) => {
  expect(await eventsAfter(statement)).toEqual(events);
});

test("a changed policy says who changed it, from where, and is no transition", async () => {
  const session = database.connect();
  await session.unsafe("set deploy_queue.actor = 'ann'; set application_name = 'psql at desk'");
  await session`select deploy_queue.set_environment('dev', max_duration => '1 hour')`;
  const [event] = await sql`
    select deployment_id, kind, from_state, to_state, actor, application_name from deploy_queue.deployment_events
    order by id desc limit 1`;
  expect(event).toEqual({
    ...{ deployment_id: null, kind: "configured", from_state: null, to_state: null },
    ...{ actor: "ann", application_name: "psql at desk" },
  });
});

import { expect, test } from "vitest";
import { errorCode } from "../../../src/database/unavailable.js";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";
import { openSession, outcome } from "../../support/session.js";

const database = useDatabase();
const { sql } = database;

const record = (region: string, note: string | null = "the queue is down", version: string | null = null) =>
  sql`select * from deploy_queue.record_bypass('prod', 'aws', ${region}, 1, 'api', ${note}, version => ${version})`;

test("leaves an event that says who deployed what, where and why", async () => {
  const session = database.connect();
  await session.unsafe("set deploy_queue.actor = 'ann'; set application_name = 'action'");

  const [event] = await session`
    select * from deploy_queue.record_bypass('prod', 'aws', 'r', 1, 'api', 'sev 1', version => 'v2', url => 'https://job')`;

  expect(event).toMatchObject({
    kind: "bypassed",
    ...{ deployment_id: null, from_state: null, to_state: null },
    ...{ actor: "ann", application_name: "action", reason: "sev 1" },
    ...{ environment: "prod", cloud_provider: "aws", region: "r", cell_index: 1 },
    ...{ component: "api", version: "v2", url: "https://job" },
  });
  expect(await sql`select id from deploy_queue.deployment_events where id = ${event?.["id"]}`).toHaveLength(1);
});

test("tells the boards", async () => {
  const ear = await listen(database, []);
  await record("told", "sev 1", "v2");
  expect(await ear.transitions()).toEqual([
    {
      ...{ deployment_id: null, status: null, bypass: true },
      ...{ environment: "prod", cloud_provider: "aws", region: "told", cell_index: 1, component: "api", version: "v2" },
    },
  ]);
});

test("waits for no deployment, and keeps none from starting", async () => {
  const line = newLine(database, "prod");
  const queued = await line.add("queued");
  const holder = await openSession(database);
  await holder.begin();
  await holder.sql`select deploy_queue.try_start(${queued})`;

  await record(line.region);

  await holder.rollback();
  expect((await database.queue.tryStart(queued)).started).toBe(true);
});

test("makes no cell", async () => {
  await record("nowhere");
  expect(await sql`select from deploy_queue.cells where region = 'nowhere'`).toHaveLength(0);
});

test.for([
  ["without a note", null, "a_bypass_needs_a_note"],
  ["with an empty note", " ", "a_bypass_needs_a_note"],
  ["with a note that is not printable", "\u001b[2J", "note_or_reason_must_be_0_to_4000_printable_characters"],
] as const)("is refused %s", async ([, note, constraint]) => {
  await expect(record("r", note)).rejects.toMatchObject({ code: "23514", constraint_name: constraint });
});

test.for([
  ["'mars', 'aws', 'r', 1, 'api', 'why'", "QD002"],
  ["'prod', '', 'r', 1, 'api', 'why'", "23514"],
  ["'prod', 'aws', null, 1, 'api', 'why'", "23514"],
  ["'prod', 'aws', 'r', -1, 'api', 'why'", "23514"],
  ["'prod', 'aws', 'r', 1, null, 'why'", "23514"],
  ["'prod', 'aws', 'r', 1, 'api', 'why', version => ''", "23514"],
  ["'prod', 'aws', 'r', 1, 'api', 'why', url => e'\\n'", "23514"],
] as const)("refuses (%s) with %s", async ([values, code]) => {
  expect(await outcome(sql.unsafe(`select deploy_queue.record_bypass(${values})`))).toBe(code);
});

test("its events are kept like all others", async () => {
  await record("kept");
  const failure: unknown = await sql`delete from deploy_queue.deployment_events where region = 'kept'`.catch(
    (error: unknown) => error,
  );
  expect(errorCode(failure)).toBe("QD010");
});

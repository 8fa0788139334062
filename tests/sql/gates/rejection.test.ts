import { expect, test } from "vitest";
import { UnconfirmedError } from "../../../src/queue/errors.js";
import { confirmedCell, demand, eventsOf, newEnvironment, phrase } from "../../support/confirmations.js";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql, queue } = database;

const wrong = 'the confirmation is "deploy-now", not "Deploy-now"';

async function rejectedIn(environment: string): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    select id from deploy_queue.deployments where environment = ${environment} and cancellation_kind = 'rejected'`;
  return row?.id ?? 0;
}

test("the phrase that is demanded lets a deployment in", async () => {
  const cell = await confirmedCell(database);
  const deployment = await queue.enqueue({ ...cell, confirmation: phrase });
  expect(await queue.tryStart(deployment.id)).toMatchObject({ started: true });
});

test.each([
  ["a wrong phrase", "Deploy-now", wrong],
  ["a phrase with a blank more", "deploy-now ", 'the confirmation is "deploy-now", not "deploy-now "'],
  ["no phrase", undefined, 'the confirmation "deploy-now" is missing'],
  ["an empty phrase", "", 'the confirmation "deploy-now" is missing'],
  ["a line break", "deploy\u001b[1m\nnow", 'the confirmation is "deploy-now", not "deploy [1m now"'],
  ["a long phrase", "x".repeat(3_000), `the confirmation is "deploy-now", not "${"x".repeat(100)}"`],
])("%s is a deployment that is rejected already, with an event that says who typed what", async (_, typed, why) => {
  const { environment, cloudProvider, region, cellIndex, component } = await confirmedCell(database);
  const session = database.connect();
  await session`select set_config('deploy_queue.actor', 'ann', false)`;
  const [row] = await session`
    select * from deploy_queue.enqueue(${environment}, ${cloudProvider}, ${region}, ${cellIndex}, ${component},
      idempotency_key => 'mine', heartbeat => true, keeper => 'k', start => true, confirmation => ${typed ?? null})`;
  expect(row).toMatchObject({
    ...{ cancellation_kind: "rejected", cancellation_note: why, idempotency_key: null, confirmation: null },
    ...{ start_timestamp: null, heartbeat_timestamp: null, alive_until: null, keeper: "k" },
  });
  expect(await eventsOf(database, row?.["id"])).toEqual([
    { kind: "rejected", from_state: null, to_state: "rejected", reason: why, actor: "ann" },
  ]);
  expect(await queue.deployment(row?.["id"])).toMatchObject({ status: "rejected" });
  expect(await queue.history.verify()).toEqual([]);
});

test("the next try with the same idempotency key enters", async () => {
  const cell = { ...(await confirmedCell(database)), idempotencyKey: "once" };
  await expect(queue.enqueue({ ...cell, confirmation: "no" })).rejects.toThrow(UnconfirmedError);
  const entered = await queue.enqueue({ ...cell, confirmation: phrase });
  expect(entered).toMatchObject({ cancellation_timestamp: null, idempotency_key: "once" });
  expect((await queue.enqueue({ ...cell, confirmation: phrase })).id).toBe(entered.id);
});

test("a process that asks again in the same words is rejected once; in other words, or as another process, again", async () => {
  const cell = await confirmedCell(database);
  const rejected = async (keeper: string, confirmation: string, more: object = {}) => {
    const { environment, region } = cell;
    const { component = "api", stage = false } = { component: undefined, stage: undefined, ...more };
    const [row] = await sql<{ id: number }[]>`
      select id from deploy_queue.enqueue(${environment}, 'aws', ${region}, 0, ${component}, heartbeat => ${!stage},
        idempotency_key => 'run 7', keeper => ${keeper}, confirmation => ${confirmation})`;
    return row?.id ?? 0;
  };
  const first = await rejected("one", "no");
  expect(await rejected("one", "no")).toBe(first);
  expect(await eventsOf(database, first)).toHaveLength(1);
  const others = [
    await rejected("two", "no"),
    await rejected("one", "never"),
    await rejected("one", "no"),
    await rejected("one", "no", { component: "web" }),
  ];
  expect(new Set([first, ...others]).size).toBe(5);
  const staged = await rejected("three", "no", { stage: true });
  expect(await rejected("three", "no", { stage: true })).toBe(staged);
  await database.advance("61 minutes");
  expect(await rejected("three", "no", { stage: true })).not.toBe(staged);
  expect(await rejected("one", phrase)).toBeGreaterThan(staged);
});

test("what is rejected keeps no deployment waiting, wakes none and draws no place of a sequence", async () => {
  const cell = await confirmedCell(database);
  const waiting = await queue.enqueue({ ...cell, sequence: 7, confirmation: phrase });
  const ear = await listen(database, [waiting.id]);
  await expect(queue.enqueue({ ...cell, sequence: 3 })).rejects.toThrow(UnconfirmedError);
  expect(await ear.heard()).toEqual([]);
  expect(await queue.tryStart(waiting.id)).toMatchObject({ started: true });
  expect(
    await sql`
    select event.kind from deploy_queue.deployment_events as event
    join deploy_queue.deployments as one on one.id = event.deployment_id
    where one.environment = ${cell.environment} and event.kind = 'sorted'`,
  ).toEqual([]);
});

test("a plain INSERT obeys as well, also one that says when it starts", async () => {
  const { environment, region } = await confirmedCell(database);
  for (const start of ["infinity", "now"]) {
    expect(
      await sql`
        insert into deploy_queue.deployments
          (environment, cloud_provider, region, cell_index, component, start_timestamp, confirmation)
        values (${environment}, 'aws', ${region}, 0, 'api', ${start}::text::timestamptz, 'Deploy-now')
        returning start_timestamp, cancellation_kind, cancellation_note`,
    ).toEqual([{ start_timestamp: null, cancellation_kind: "rejected", cancellation_note: wrong }]);
  }
});

test("history that is written after the fact needs no phrase", async () => {
  const { environment, region } = await confirmedCell(database);
  expect(
    await sql`
      insert into deploy_queue.deployments
        (environment, cloud_provider, region, cell_index, component, created_at, start_timestamp, finish_timestamp)
      values (${environment}, 'aws', ${region}, 0, 'api', now() - interval '1h', now() - interval '1h', now())
      returning cancellation_timestamp`,
  ).toEqual([{ cancellation_timestamp: null }]);
});

test("the recorded bypass passes, and nothing else of an operator", async () => {
  const { environment, region } = await confirmedCell(database);
  const session = database.connect();
  await session`select set_config('deploy_queue.bypass_reason', 'the site is down', false)`;
  const [row] = await session`
    select * from deploy_queue.enqueue(${environment}, 'aws', ${region}, 0, 'api')`;
  expect(row).toMatchObject({ cancellation_timestamp: null });
  expect(await session`select started from deploy_queue.try_start(${row?.["id"]})`).toEqual([{ started: true }]);
  expect(await queue.history.verify()).toEqual([]);
});

test("what joins a holder needs no phrase of its own", async () => {
  const cell = await confirmedCell(database);
  const holder = await queue.enqueue({ ...cell, confirmation: phrase }, { heartbeat: true, start: true });
  const part = await queue.enqueue({ ...cell, component: "part", parentId: holder.id, joinParent: true });
  expect(await queue.tryStart(part.id)).toMatchObject({ started: true });
});

test("a component may demand another phrase, or none", async () => {
  const cell = await confirmedCell(database);
  await sql`select deploy_queue.set_component(environment => ${cell.environment}, component => 'free', confirmation => '')`;
  await sql`select deploy_queue.set_component(environment => ${cell.environment}, component => 'db', confirmation => 'migrate')`;
  await queue.enqueue({ ...cell, component: "free" });
  await queue.enqueue({ ...cell, component: "db", confirmation: "migrate" });
  await expect(queue.enqueue({ ...cell, component: "db", confirmation: phrase })).rejects.toThrow(
    'the confirmation is "migrate", not "deploy-now"',
  );
});

test("a phrase that nobody demands is kept for a policy to come; one that cannot be shown is refused", async () => {
  const environment = await newEnvironment(database);
  const { region } = newLine(database);
  const cell = { environment, cloudProvider: "aws", region, cellIndex: 0, component: "api" };
  const { id } = await queue.enqueue({ ...cell, confirmation: phrase });
  await demand(database, environment);
  expect(await queue.tryStart(id)).toMatchObject({ started: true });
  await expect(queue.enqueue({ ...cell, environment: "dev", confirmation: "x".repeat(101) })).rejects.toThrow(
    "confirmation must be 1 to 100 printable characters",
  );
});

test("a rejection is in no figure of cancellations, and its deployment never changes", async () => {
  const cell = await confirmedCell(database);
  await expect(queue.enqueue(cell)).rejects.toThrow(UnconfirmedError);
  expect(await sql`select * from deploy_queue.cancellation_rate where environment = ${cell.environment}`).toEqual([]);
  await expect(queue.tryStart(await rejectedIn(cell.environment))).rejects.toThrow("was rejected at");
});

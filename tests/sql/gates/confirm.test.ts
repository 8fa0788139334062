import { expect, test } from "vitest";
import type { DeploymentRequest } from "../../../src/queue/deployment.js";
import { UnconfirmedError } from "../../../src/queue/errors.js";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql, queue } = database;

const phrase = "deploy-now";
const wrong = 'the confirmation is "deploy-now", not "Deploy-now"';
let environments = 0;

/** An environment of its own. */
async function newEnvironment(): Promise<string> {
  const environment = `confirmed-${environments++}`;
  await sql`select deploy_queue.set_environment(environment => ${environment})`;
  return environment;
}

async function demand(environment: string, confirmation = phrase): Promise<void> {
  await sql`select deploy_queue.set_environment(environment => ${environment}, confirmation => ${confirmation})`;
}

/** A cell in an environment that demands the phrase. */
async function confirmedCell(): Promise<DeploymentRequest> {
  const environment = await newEnvironment();
  await demand(environment);
  return { environment, cloudProvider: "aws", region: newLine(database).region, cellIndex: 0, component: "api" };
}

async function eventsOf(id: number): Promise<object[]> {
  return sql`
    select kind, from_state, to_state, reason, actor from deploy_queue.deployment_events
    where deployment_id = ${id} order by id`;
}

async function rejectedIn(environment: string): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    select id from deploy_queue.deployments where environment = ${environment} and cancellation_kind = 'rejected'`;
  return row?.id ?? 0;
}

test("the phrase that is demanded lets a deployment in", async () => {
  const cell = await confirmedCell();
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
  const { environment, cloudProvider, region, cellIndex, component } = await confirmedCell();
  const session = database.connect();
  await session`select set_config('deploy_queue.actor', 'ann', false)`;
  const [row] = await session`
    select * from deploy_queue.enqueue(${environment}, ${cloudProvider}, ${region}, ${cellIndex}, ${component},
      idempotency_key => 'mine', heartbeat => true, keeper => 'k', start => true, confirmation => ${typed ?? null})`;
  expect(row).toMatchObject({
    ...{ cancellation_kind: "rejected", cancellation_note: why, idempotency_key: null, confirmation: null },
    ...{ start_timestamp: null, heartbeat_timestamp: null, alive_until: null, keeper: null },
  });
  expect(await eventsOf(row?.["id"])).toEqual([
    { kind: "rejected", from_state: null, to_state: "rejected", reason: why, actor: "ann" },
  ]);
  expect(await queue.deployment(row?.["id"])).toMatchObject({ status: "rejected" });
  expect(await queue.history.verify()).toEqual([]);
});

test("the next try with the same idempotency key enters", async () => {
  const cell = { ...(await confirmedCell()), idempotencyKey: "once" };
  await expect(queue.enqueue({ ...cell, confirmation: "no" })).rejects.toThrow(UnconfirmedError);
  const entered = await queue.enqueue({ ...cell, confirmation: phrase });
  expect(entered).toMatchObject({ cancellation_timestamp: null, idempotency_key: "once" });
  expect((await queue.enqueue({ ...cell, confirmation: phrase })).id).toBe(entered.id);
});

test("what is rejected keeps no deployment waiting, wakes none and draws no place of a sequence", async () => {
  const cell = await confirmedCell();
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
  const { environment, region } = await confirmedCell();
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
  const { environment, region } = await confirmedCell();
  expect(
    await sql`
      insert into deploy_queue.deployments
        (environment, cloud_provider, region, cell_index, component, created_at, start_timestamp, finish_timestamp)
      values (${environment}, 'aws', ${region}, 0, 'api', now() - interval '1h', now() - interval '1h', now())
      returning cancellation_timestamp`,
  ).toEqual([{ cancellation_timestamp: null }]);
});

test("the recorded bypass passes, and nothing else of an operator", async () => {
  const { environment, region } = await confirmedCell();
  const session = database.connect();
  await session`select set_config('deploy_queue.bypass_reason', 'the site is down', false)`;
  const [row] = await session`
    select * from deploy_queue.enqueue(${environment}, 'aws', ${region}, 0, 'api')`;
  expect(row).toMatchObject({ cancellation_timestamp: null });
  expect(await session`select started from deploy_queue.try_start(${row?.["id"]})`).toEqual([{ started: true }]);
  expect(await queue.history.verify()).toEqual([]);
});

test("what joins a holder needs no phrase of its own", async () => {
  const cell = await confirmedCell();
  const holder = await queue.enqueue({ ...cell, confirmation: phrase }, { heartbeat: true, start: true });
  const part = await queue.enqueue({ ...cell, component: "part", parentId: holder.id, joinParent: true });
  expect(await queue.tryStart(part.id)).toMatchObject({ started: true });
});

test("a component may demand another phrase, or none", async () => {
  const cell = await confirmedCell();
  await sql`select deploy_queue.set_component(environment => ${cell.environment}, component => 'free', confirmation => '')`;
  await sql`select deploy_queue.set_component(environment => ${cell.environment}, component => 'db', confirmation => 'migrate')`;
  await queue.enqueue({ ...cell, component: "free" });
  await queue.enqueue({ ...cell, component: "db", confirmation: "migrate" });
  await expect(queue.enqueue({ ...cell, component: "db", confirmation: phrase })).rejects.toThrow(
    'the confirmation is "migrate", not "deploy-now"',
  );
});

test("a phrase that nobody demands is kept for a policy to come; one that cannot be shown is refused", async () => {
  const environment = await newEnvironment();
  const { region } = newLine(database);
  const cell = { environment, cloudProvider: "aws", region, cellIndex: 0, component: "api" };
  const { id } = await queue.enqueue({ ...cell, confirmation: phrase });
  await demand(environment);
  expect(await queue.tryStart(id)).toMatchObject({ started: true });
  await expect(queue.enqueue({ ...cell, environment: "dev", confirmation: "x".repeat(101) })).rejects.toThrow(
    "confirmation must be 1 to 100 printable characters",
  );
});

test("a phrase that is demanded later keeps those waiting that have not brought it, in their places", async () => {
  const environment = await newEnvironment();
  const line = newLine(database, environment);
  const id = await line.add("queued");
  await demand(environment);

  expect(await queue.tryStart(id)).toMatchObject({
    started: false,
    waitingOn: [
      {
        kind: "confirmation",
        text: 'it needs the confirmation "deploy-now"',
        cures: [{ function: "confirm", arguments: { deployment_id: `${id}`, confirmation: phrase } }],
      },
    ],
  });
  const { region } = line;
  const behind = await queue.enqueue({
    ...{ environment, cloudProvider: "aws", region, cellIndex: 0, component: "web" },
    confirmation: phrase,
  });
  expect(await queue.tryStart(behind.id)).toMatchObject({ started: false, waitingOn: [{ deployment_id: id }] });
});

test("confirm wakes the one that it lets in; a wrong phrase is recorded and changes nothing", async () => {
  const environment = await newEnvironment();
  const line = newLine(database, environment);
  const [first, second] = [await line.add("queued"), await line.add("queued")];
  await demand(environment);
  const ear = await listen(database, [first, second]);

  await expect(queue.gates.confirm(first, "Deploy-now")).rejects.toThrow(
    `deployment ${first} (api) stays as it is: it needs the confirmation "deploy-now"`,
  );
  expect(await ear.heard()).toEqual([]);
  expect(await eventsOf(first)).toMatchObject([{ kind: "enqueued" }, { kind: "unconfirmed", reason: wrong }]);

  await queue.gates.confirm(second, phrase);
  expect(await ear.heard()).toEqual([]);
  await queue.gates.confirm(first, phrase);
  expect(await ear.heard()).toEqual([`${first}`]);
  expect(await eventsOf(first)).toMatchObject([{}, {}, { kind: "confirmed", reason: 'with "deploy-now"' }, {}]);
  expect(await queue.tryStart(first)).toMatchObject({ started: true });
  await expect(queue.gates.confirm(first, phrase)).resolves.toMatchObject({ confirmation: phrase });
  await expect(queue.gates.confirm(first, "other")).rejects.toThrow("cannot change its confirmation");
  expect(await queue.history.verify()).toEqual([]);
});

test("a phrase that is demanded no more wakes the head that waited for it", async () => {
  const environment = await newEnvironment();
  const line = newLine(database, environment);
  const [first, second] = [await line.add("queued"), await line.add("queued")];
  await demand(environment);
  const ear = await listen(database, [first, second]);
  await demand(environment, "");
  expect(await ear.heard()).toEqual([`${first}`]);
});

test("staged without the phrase that is demanded by now, it is released with it only", async () => {
  const environment = await newEnvironment();
  const id = await newLine(database, environment).add("queued", { hold: "outside" });
  await demand(environment);

  for (const confirmation of [undefined, "Deploy-now"]) {
    await expect(queue.holds.release(id, { heartbeat: false, key: "k", confirmation })).rejects.toThrow(
      'it needs the confirmation "deploy-now"',
    );
  }
  expect((await sql`update deploy_queue.deployments set hold = null where id = ${id}`).count).toBe(0);
  expect((await eventsOf(id)).map((event) => Reflect.get(event, "kind"))).toEqual([
    ...["enqueued", "unconfirmed", "unconfirmed", "unconfirmed"],
  ]);
  expect(await queue.deployment(id)).toMatchObject({ status: "held" });

  expect(await queue.holds.release(id, { heartbeat: false, key: "k", confirmation: phrase })).toMatchObject({
    released: true,
  });
  expect(await queue.tryStart(id)).toMatchObject({ started: true });
  expect(await queue.history.verify()).toEqual([]);
});

test("staged with the phrase, it is released without another one", async () => {
  const cell = await confirmedCell();
  const { id } = await queue.enqueue({ ...cell, hold: "outside", confirmation: phrase });
  await expect(queue.holds.release(id, { heartbeat: false, key: "k", confirmation: "no" })).rejects.toThrow(
    UnconfirmedError,
  );
  expect(await queue.holds.release(id, { heartbeat: false, key: "k" })).toMatchObject({ released: true });
});

test("a reservation brings the phrase, or its redemption does", async () => {
  const cell = await confirmedCell();
  await expect(queue.reserve(cell, 60_000)).rejects.toThrow(UnconfirmedError);
  const brought = await queue.reserve({ ...cell, confirmation: phrase }, 60_000);
  expect(await queue.redeem(brought.id)).toMatchObject({ reserved_until: null });

  const environment = await newEnvironment();
  const early = await queue.reserve({ ...cell, environment }, 60_000);
  await demand(environment);
  await expect(queue.redeem(early.id, { version: "v1" })).rejects.toThrow('it needs the confirmation "deploy-now"');
  expect(await queue.deployment(early.id)).toMatchObject({ status: "reserved", version: null });
  expect(await queue.redeem(early.id, { version: "v1", confirmation: phrase })).toMatchObject({ version: "v1" });
  expect(
    await sql`select * from deploy_queue.reserve(${environment}, 'aws', ${cell.region}, 0, 'api', '1h')`,
  ).toMatchObject([{ cancellation_kind: "rejected" }]);
  expect(await queue.history.verify()).toEqual([]);
});

test("a rejection is in no figure of cancellations, and its deployment never changes", async () => {
  const cell = await confirmedCell();
  await expect(queue.enqueue(cell)).rejects.toThrow(UnconfirmedError);
  expect(await sql`select * from deploy_queue.cancellation_rate where environment = ${cell.environment}`).toEqual([]);
  await expect(queue.tryStart(await rejectedIn(cell.environment))).rejects.toThrow("was rejected at");
});

test("verify_history finds a start without the phrase that was demanded then, and no other", async () => {
  const environment = await newEnvironment();
  const line = newLine(database, environment);
  await queue.finish(await line.add("running"));
  await database.advance("5 minutes");
  await demand(environment);
  await database.advance("5 minutes");
  const { region } = line;
  const cell = { environment, cloudProvider: "aws", region, cellIndex: 0, component: "api", confirmation: phrase };
  const { id } = await queue.enqueue(cell);
  await queue.tryStart(id);
  await database.advance("5 minutes");
  await demand(environment, "another");
  expect(await queue.history.verify()).toEqual([]);

  await sql`alter table deploy_queue.deployments disable trigger user`;
  await sql`update deploy_queue.deployments set confirmation = 'other' where id = ${id}`;
  await sql`alter table deploy_queue.deployments enable trigger user`;
  expect(await queue.history.verify()).toEqual([
    { rule: "confirmations", deployment_id: id, problem: 'it started without the confirmation "deploy-now"' },
  ]);
});

import { expect, test } from "vitest";
import { UnconfirmedError } from "../../../src/queue/errors.js";
import { confirmedCell, demand, eventsOf, newEnvironment, phrase } from "../../support/confirmations.js";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql, queue } = database;

const wrong = 'the confirmation is "deploy-now", not "Deploy-now"';

test("a phrase that is demanded later keeps those waiting that have not brought it, in their places", async () => {
  const environment = await newEnvironment(database);
  const line = newLine(database, environment);
  const id = await line.add("queued");
  await demand(database, environment);

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

test("keepers of those that wait are told of another gate at once, and those of other components are not", async () => {
  const environment = await newEnvironment(database);
  const line = newLine(database, environment);
  const ids = [await line.add("queued", { heartbeat: true }), await line.add("queued", { heartbeat: true })];
  const other = await line.add("queued", { heartbeat: true, component: "web" });
  const alone = await line.add("queued");
  const ear = await listen(database, [...ids, other, alone]);
  await sql`select deploy_queue.set_component(environment => ${environment}, component => 'web', confirmation => '')`;
  expect(await ear.heard()).toEqual([]);
  await demand(database, environment);
  expect(await ear.heard()).toEqual(ids.map((id) => `${id} policy`));
  await demand(database, environment);
  await sql`select deploy_queue.set_environment(environment => ${environment}, buffer_time => '1 hour')`;
  expect(await ear.heard()).toEqual([]);
  await sql`select deploy_queue.set_component(environment => ${environment}, component => 'web', approvals => 1)`;
  expect(await ear.heard()).toEqual([`${other} policy`]);
});

test("confirm wakes the one that it lets in; a wrong phrase is recorded and changes nothing", async () => {
  const environment = await newEnvironment(database);
  const line = newLine(database, environment);
  const [first, second] = [await line.add("queued"), await line.add("queued")];
  await demand(database, environment);
  const ear = await listen(database, [first, second]);

  await expect(queue.gates.confirm(first, "Deploy-now")).rejects.toThrow(
    `deployment ${first} (api) stays as it is: it needs the confirmation "deploy-now"`,
  );
  expect(await ear.heard()).toEqual([]);
  expect(await eventsOf(database, first)).toMatchObject([{ kind: "enqueued" }, { kind: "unconfirmed", reason: wrong }]);

  await queue.gates.confirm(second, phrase);
  expect(await ear.heard()).toEqual([]);
  await queue.gates.confirm(first, phrase);
  expect(await ear.heard()).toEqual([`${first}`]);
  expect(await eventsOf(database, first)).toMatchObject([
    {},
    {},
    { kind: "confirmed", reason: 'with "deploy-now"' },
    {},
  ]);
  expect(await queue.tryStart(first)).toMatchObject({ started: true });
  await expect(queue.gates.confirm(first, phrase)).resolves.toMatchObject({ confirmation: phrase });
  await expect(queue.gates.confirm(first, "other")).rejects.toThrow("cannot change its confirmation");
  expect(await queue.history.verify()).toEqual([]);
});

test("a phrase that is demanded no more wakes the head that waited for it", async () => {
  const environment = await newEnvironment(database);
  const line = newLine(database, environment);
  const [first, second] = [await line.add("queued"), await line.add("queued")];
  await demand(database, environment);
  const ear = await listen(database, [first, second]);
  await demand(database, environment, "");
  expect(await ear.heard()).toEqual([`${first}`]);
});

test("staged without the phrase that is demanded by now, it is released with it only", async () => {
  const environment = await newEnvironment(database);
  const id = await newLine(database, environment).add("queued", { hold: "outside" });
  await demand(database, environment);

  for (const confirmation of [undefined, "Deploy-now"]) {
    await expect(queue.holds.release(id, { heartbeat: false, key: "k", confirmation })).rejects.toThrow(
      'it needs the confirmation "deploy-now"',
    );
  }
  expect((await sql`update deploy_queue.deployments set hold = null where id = ${id}`).count).toBe(0);
  expect((await eventsOf(database, id)).map((event) => Reflect.get(event, "kind"))).toEqual([
    ...["enqueued", "unconfirmed", "unconfirmed", "unconfirmed"],
  ]);
  expect(await queue.deployment(id)).toMatchObject({ status: "held" });

  expect(await queue.holds.release(id, { heartbeat: false, key: "k", confirmation: phrase })).toMatchObject({
    released: true,
  });
  expect(await queue.tryStart(id)).toMatchObject({ started: true });
  expect(await queue.history.verify()).toEqual([]);
});

test("staged with the phrase, it is released only with the phrase again", async () => {
  const cell = await confirmedCell(database);
  const { id } = await queue.enqueue({ ...cell, hold: "outside", confirmation: phrase });
  for (const typed of [{}, { confirmation: "no" }]) {
    await expect(queue.holds.release(id, { heartbeat: false, key: "k", ...typed })).rejects.toThrow(UnconfirmedError);
  }
  await sql`update deploy_queue.deployments set hold = null where id = ${id}`;
  expect(await queue.deployment(id)).toMatchObject({ status: "held" });
  const release = { heartbeat: false, key: "k", confirmation: phrase };
  expect(await queue.holds.release(id, release)).toMatchObject({ released: true });
});

test("a reservation brings the phrase, or its redemption does", async () => {
  const cell = await confirmedCell(database);
  await expect(queue.reserve(cell, 60)).rejects.toThrow(UnconfirmedError);
  const brought = await queue.reserve({ ...cell, confirmation: phrase }, 60);
  expect(await queue.redeem(brought.id)).toMatchObject({ reserved_until: null });

  const environment = await newEnvironment(database);
  const early = await queue.reserve({ ...cell, environment }, 60);
  await demand(database, environment);
  await expect(queue.redeem(early.id, { version: "v1" })).rejects.toThrow('it needs the confirmation "deploy-now"');
  expect(await queue.deployment(early.id)).toMatchObject({ status: "reserved", version: null });
  expect(await queue.redeem(early.id, { version: "v1", confirmation: phrase })).toMatchObject({ version: "v1" });
  expect(
    await sql`select * from deploy_queue.reserve(${environment}, 'aws', ${cell.region}, 0, 'api', '1h')`,
  ).toMatchObject([{ cancellation_kind: "rejected" }]);
  expect(await queue.history.verify()).toEqual([]);
});

test("verify_history finds a start without the phrase that was demanded then, and no other", async () => {
  const environment = await newEnvironment(database);
  const line = newLine(database, environment);
  await queue.finish(await line.add("running"));
  await database.advance("5 minutes");
  await demand(database, environment);
  await database.advance("5 minutes");
  const { region } = line;
  const cell = { environment, cloudProvider: "aws", region, cellIndex: 0, component: "api", confirmation: phrase };
  const { id } = await queue.enqueue(cell);
  await queue.tryStart(id);
  await database.advance("5 minutes");
  await demand(database, environment, "another");
  expect(await queue.history.verify()).toEqual([]);

  await sql`alter table deploy_queue.deployments disable trigger user`;
  await sql`update deploy_queue.deployments set confirmation = 'other' where id = ${id}`;
  await sql`alter table deploy_queue.deployments enable trigger user`;
  expect(await queue.history.verify()).toEqual([
    { rule: "confirmations", deployment_id: id, problem: 'it started without the confirmation "deploy-now"' },
  ]);
});

test("a phrase that is demanded while 200 wait wakes none, and one that is demanded no more exactly the heads", async () => {
  const environment = await newEnvironment(database);
  const ids: number[][] = [];
  for (let cell = 0; cell < 40; cell += 1) {
    const line = newLine(database, environment);
    ids.push([]);
    for (let place = 0; place < 5; place += 1) ids[cell]?.push(await line.add("queued"));
  }
  const ear = await listen(database, ids.flat());
  await demand(database, environment);
  expect(await ear.heard()).toEqual([]);
  await demand(database, environment, "");
  expect((await ear.heard()).toSorted()).toEqual(ids.map(([head]) => `${head}`).toSorted());
});

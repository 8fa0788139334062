import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql, queue } = database;
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);

const transitionsOf = (id: number) => sql<{ kind: string; from: string | null; to: string }[]>`
  select kind, from_state as from, to_state as to
  from deploy_queue.deployment_events where deployment_id = ${id} order by id`;

const enqueued = { kind: "enqueued", from: null, to: "queued" };
const started = { kind: "started", from: "queued", to: "running" };

describe("events", () => {
  test.for([
    ["dev", "queued", [enqueued]],
    ["dev", "running", [enqueued, started]],
    ["dev", "finished", [enqueued, started, { kind: "finished", from: "running", to: "finished" }]],
    ["prod", "finished", [enqueued, started, { kind: "finished", from: "running", to: "buffering" }]],
    ["dev", "cancelled", [enqueued, { kind: "cancelled", from: "queued", to: "cancelled" }]],
  ] as const)("in %s one that is %s has one a transition", async ([environment, state, events]) => {
    expect(await transitionsOf(await newLine(database, environment).add(state))).toEqual(events);
  });

  test("a cancelled runner comes from running", async () => {
    const id = await newLine(database).add("running");
    await queue.cancel(id);
    expect((await transitionsOf(id)).at(-1)).toEqual({ kind: "cancelled", from: "running", to: "cancelled" });
  });

  test("happened when the deployment says", async () => {
    const id = await newLine(database).add("finished");
    expect(
      await sql`
        select bool_and(occurred_at = case kind
          when 'enqueued' then created_at when 'started' then start_timestamp else finish_timestamp end) as same
        from deploy_queue.deployment_events join deploy_queue.deployments on deployments.id = deployment_id
        where deployment_id = ${id}`,
    ).toEqual([{ same: true }]);
  });

  test("say who, from which program, and why", async () => {
    const id = await newLine(database).add("queued");
    const session = database.connect();
    await session.unsafe("set deploy_queue.actor = 'ann'; set application_name = 'psql at desk'");
    await session`select deploy_queue.cancel(${id}, 'changed my mind')`;
    const [{ user } = { user: "" }] = await sql<{ user: string }[]>`select session_user as user`;
    expect(
      await sql`
        select actor, application_name, reason from deploy_queue.deployment_events
        where deployment_id = ${id} order by id`,
    ).toEqual([
      { actor: user, application_name: "tests", reason: null },
      { actor: "ann", application_name: "psql at desk", reason: "changed my mind" },
    ]);
  });

  test("of imported history are those that its timestamps tell", async () => {
    const rows = [
      { start_timestamp: ago(20), finish_timestamp: ago(8) },
      { created_at: ago(30), cancellation_timestamp: ago(8), cancellation_note: "no" },
      { start_timestamp: ago(20), cancellation_timestamp: ago(8), cancellation_note: "no" },
      { start_timestamp: ago(20) },
    ];
    const kinds: string[][] = [];
    for (const row of rows) {
      const { region } = newLine(database);
      const place = { environment: "prod", cloud_provider: "aws", region, cell_index: 0, component: "api" };
      const [{ id } = { id: 0 }] = await sql<{ id: number }[]>`
        insert into deploy_queue.deployments ${sql({ ...place, ...row })} returning id`;
      const events = await sql<{ kind: string; to_state: string; minutes: number }[]>`
        select kind, to_state, round(extract(epoch from now() - occurred_at) / 60)::integer as minutes
        from deploy_queue.deployment_events where deployment_id = ${id} order by id`;
      kinds.push(events.map(({ kind, to_state, minutes }) => `${kind} ${to_state} ${minutes}`));
    }
    expect(kinds).toEqual([
      ["enqueued queued 20", "started running 20", "finished buffering 8"],
      ["enqueued queued 30", "cancelled cancelled 8"],
      ["enqueued queued 20", "started running 20", "cancelled cancelled 8"],
      ["enqueued queued 0", "started running 0"],
    ]);
  });

  test("vanish with the transaction", async () => {
    const id = await newLine(database).add("queued");
    await database.connect().unsafe(`begin; select deploy_queue.cancel(${id}); rollback`);
    expect(await transitionsOf(id)).toEqual([enqueued]);
  });
});

describe("boards", () => {
  test("are told each transition once, in order", async () => {
    const line = newLine(database, "prod");
    const ear = await listen(database, []);
    const id = await line.add("finished");
    const common = {
      event_id: expect.any(Number),
      deployment_id: id,
      environment: "prod",
      cloud_provider: "aws",
      region: line.region,
      cell_index: 0,
    };
    expect(await ear.transitions()).toEqual([
      { ...common, status: "queued" },
      { ...common, status: "running" },
      { ...common, status: "buffering" },
    ]);
  });

  test("are told of cancels and reaps, and of no heartbeat", async () => {
    const id = await newLine(database).add("running", { heartbeat: true });
    const ear = await listen(database, []);
    await queue.heartbeat(id);
    expect(await ear.transitions()).toEqual([]);
    await database.advance("16 minutes");
    await sql`select deploy_queue.reap_stale_deployments()`;
    expect(await ear.transitions()).toMatchObject([{ deployment_id: id, status: "cancelled" }]);
  });

  test("are not told of imported history, but of an imported runner", async () => {
    const ear = await listen(database, []);
    const { region } = newLine(database);
    const place = { environment: "dev", cloud_provider: "aws", region, cell_index: 0, component: "api" };
    await sql`insert into deploy_queue.deployments ${sql({ ...place, cancellation_timestamp: ago(1) })}`;
    await sql`insert into deploy_queue.deployments ${sql({ ...place, start_timestamp: ago(2), finish_timestamp: ago(1) })}`;
    expect(await ear.transitions()).toEqual([]);
    await sql`insert into deploy_queue.deployments ${sql({ ...place, start_timestamp: ago(2) })}`;
    expect(await ear.transitions()).toMatchObject([{ status: "running" }]);
  });

  test("are told nothing by a rollback", async () => {
    const id = await newLine(database).add("queued");
    const ear = await listen(database, [id]);
    await database.connect().unsafe(`begin; select deploy_queue.cancel(${id}); rollback`);
    expect(await ear.transitions()).toEqual([]);
  });
});

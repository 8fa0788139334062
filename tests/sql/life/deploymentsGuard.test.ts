import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql, queue } = database;

/** Runs "update … set <assignment>" and returns whether the timestamp is that of the database's clock. */
const update = (id: number, assignment: string) =>
  sql.unsafe<Record<string, unknown>[]>(
    `update deploy_queue.deployments set ${assignment} where id = ${id} returning *`,
  );

describe("a plain UPDATE", () => {
  test.for([
    ["queued", "start_timestamp", "running"],
    ["running", "finish_timestamp", "finished"],
    ["queued", "cancellation_timestamp", "cancelled"],
    ["running", "cancellation_timestamp", "cancelled"],
  ] as const)("of a %s deployment's %s makes it %s, at the time of the database", async ([state, field, status]) => {
    for (const written of ["now()", "'2001-01-01'", "now() + interval '1 year'", "'infinity'", "'-infinity'"]) {
      const id = await newLine(database).add(state);
      await update(id, `${field} = ${written}`);
      const [row] = await sql<{ stamped: boolean; status: string }[]>`
        select status, updated_at = ${sql(field)} and updated_at between now() - interval '1 minute' and now() as stamped
        from deploy_queue.deployments_with_status where id = ${id}`;
      expect(row).toEqual({ status, stamped: true });
    }
  });

  test("may start and finish at once", async () => {
    const id = await newLine(database).add("queued");
    await update(id, "start_timestamp = now(), finish_timestamp = now()");
    expect((await queue.deployment(id)).status).toBe("finished");
    expect(await sql`select kind from deploy_queue.deployment_events where deployment_id = ${id} order by id`).toEqual([
      { kind: "enqueued" },
      { kind: "started" },
      { kind: "finished" },
    ]);
  });

  test("that starts a blocked one is refused with QD003, which names the blockers", async () => {
    const line = newLine(database);
    const runner = await line.add("running");
    const ahead = await line.add("queued", { component: "web", version: "v1" });
    const id = await line.add("queued");
    await expect(update(id, "start_timestamp = now()")).rejects.toMatchObject({
      code: "QD003",
      message:
        `deployment ${id} (api) may not start: deployment ${runner} (api) is running; ` +
        `deployment ${ahead} (web@v1) is ahead in the line`,
      hint: expect.stringContaining("try_start()"),
    });
  });

  test("that asks to start when it may starts those that nothing keeps waiting, and changes no other", async () => {
    const line = newLine(database);
    const first = await line.add("queued");
    const second = await line.add("queued");
    const before = await queue.deployment(second);

    const started = await sql`
      update deploy_queue.deployments set start_timestamp = 'infinity' where id in (${first}, ${second})
      returning id, start_timestamp = updated_at as is_now`;

    expect(started).toEqual([{ id: first, is_now: true }]);
    expect(await queue.deployment(second)).toEqual(before);
  });

  test("names five blockers and counts the others", async () => {
    const line = newLine(database);
    for (let count = 0; count < 8; count++) await line.add("queued");
    const id = await line.add("queued");
    await expect(update(id, "start_timestamp = now()")).rejects.toThrow(/(deployment \d+ .*; ){5}and 3 more$/);
  });

  test("that starts two of a cell at once is refused, unless they share a key", async () => {
    const start = (region: string) => sql`
      update deploy_queue.deployments set start_timestamp = now() where region = ${region}`;
    const strangers = newLine(database);
    await strangers.add("queued");
    await strangers.add("queued");
    await expect(start(strangers.region)).rejects.toMatchObject({ code: "QD003" });

    const sharers = newLine(database);
    await sharers.add("queued", { concurrencyKey: "x" });
    await sharers.add("queued", { concurrencyKey: "x" });
    expect((await start(sharers.region)).count).toBe(2);
  });

  test("that finishes a queued one is refused with QD004", async () => {
    const id = await newLine(database).add("queued");
    await expect(update(id, "finish_timestamp = now()")).rejects.toMatchObject({
      code: "QD004",
      message: `deployment ${id} (api) is queued; it cannot finish before it started`,
    });
  });

  test.for([
    ["finished", "QD006"],
    ["cancelled", "QD005"],
  ] as const)("of a %s deployment is refused with %s, whatever it sets", async ([state, code]) => {
    const id = await newLine(database).add(state);
    for (const assignment of [
      "note = 'x'",
      "heartbeat_timestamp = now()",
      "start_timestamp = now()",
      "finish_timestamp = now()",
      "finish_timestamp = null, cancellation_timestamp = null",
      "cancellation_timestamp = now()",
    ]) {
      await expect(update(id, assignment), assignment).rejects.toMatchObject({ code });
    }
  });

  test.for(["queued", "running", "finished", "cancelled"] as const)(
    "of a %s deployment that saves the row as it is, timestamps rounded to the millisecond, changes nothing",
    async (state) => {
      const id = await newLine(database).add(state, { heartbeat: true, maxDuration: 90 });
      const columns = await sql<{ name: string; type: string }[]>`
      select attname as name, atttypid::regtype::text as type from pg_attribute
      where attrelid = 'deploy_queue.deployments'::regclass and attnum > 0 and attname <> 'id'`;
      const assignments = columns.map(({ name, type }) => {
        const value = type === "timestamp with time zone" ? `date_trunc('millisecond', ${name})` : name;
        return `${name} = ${name === "max_duration" ? "justify_hours(max_duration)" : value}`;
      });
      const row = async () =>
        (
          await sql`select to_jsonb(deployments) - 'updated_at' as row from deploy_queue.deployments where id = ${id}`
        )[0];
      const events = async () =>
        (await sql`select from deploy_queue.deployment_events where deployment_id = ${id}`).length;
      const [before, eventsBefore] = [await row(), await events()];

      expect(await update(id, assignments.join(", "))).toHaveLength(1);

      expect(await row()).toEqual(before);
      expect(await events()).toBe(eventsBefore);
    },
  );
});

describe("what a deployment is", () => {
  const identity: [string, string][] = [
    ["environment", "'prod'"],
    ["cloud_provider", "'gcp'"],
    ["region", "'elsewhere'"],
    ["cell_index", "7"],
    ["cell_id", "7"],
    ["component", "'web'"],
    ["version", "'v9'"],
    ["version", "null"],
    ["url", "'https://example.com'"],
    ["note", "'hello'"],
    ["concurrency_key", "'x'"],
    ["idempotency_key", "'x'"],
    ["max_duration", "'1 hour'"],
    ["created_at", "now() - interval '1 day'"],
    ["place", "7"],
    ["not_before", "now()"],
    ["not_after", "now() + interval '1 hour'"],
    ["command", "'{make}'"],
    ["entered_by", "'ann'"],
    ["forced", "true"],
  ];
  test.for(identity)("its %s does not become %s: QD007", async ([field, value]) => {
    const id = await newLine(database).add("queued", { version: "v1" });
    await expect(update(id, `${field} = ${value}`)).rejects.toMatchObject({
      code: "QD007",
      message: `deployment ${id} (api@v1) cannot change its ${field}`,
    });
  });

  test("its id does not become another one", async () => {
    const id = await newLine(database).add("queued");
    await expect(update(id, "id = 987654")).rejects.toMatchObject({ code: "428C9" });
  });

  test("several changes are named together", async () => {
    const id = await newLine(database).add("running");
    await expect(update(id, "region = 'r', note = 'n', finish_timestamp = now()")).rejects.toThrow(
      `deployment ${id} (api) cannot change its note, region`,
    );
  });

  test.for(["null", "now()", "start_timestamp - interval '1 hour'"])("its start does not become %s", async (value) => {
    const id = await newLine(database).add("running");
    await expect(update(id, `start_timestamp = ${value}`)).rejects.toMatchObject({
      code: "QD007",
      message: `deployment ${id} (api) cannot change its start_timestamp`,
    });
  });
});

describe("constraints", () => {
  test.for([
    ["running", "finish_timestamp = now(), cancellation_timestamp = now()", "a_deployment_ends_once"],
    ["running", "cancellation_note = 'x'", "cancellation_note_requires_cancellation_timestamp"],
    [
      "running",
      "finish_timestamp = now(), cancellation_note = 'x'",
      "cancellation_note_requires_cancellation_timestamp",
    ],
  ] as const)("a %s deployment refuses %s: %s", async ([state, assignment, constraint]) => {
    const id = await newLine(database).add(state);
    await expect(update(id, assignment)).rejects.toMatchObject({ code: "23514", constraint_name: constraint });
  });
});

describe("heartbeats", () => {
  const heartbeatOf = async (id: number) => {
    const [row] = await sql<{ heartbeat: string | null }[]>`
      select case
          when heartbeat_timestamp > created_at and alive_until = heartbeat_timestamp + interval '15 minutes' then 'stamped'
          when heartbeat_timestamp is not null then 'old'
        end as heartbeat
      from deploy_queue.deployments where id = ${id}`;
    return row?.heartbeat;
  };

  test.for([
    ["queued", "heartbeat_timestamp = '2001-01-01'", "stamped"],
    ["queued", "heartbeat_timestamp = null", null],
    ["running", "heartbeat_timestamp = now() + interval '1 day'", "stamped"],
    ["running", "finish_timestamp = now()", "old"],
    ["queued", "start_timestamp = now()", null],
    ["queued", "start_timestamp = now(), heartbeat_timestamp = now()", "stamped"],
  ] as const)("of a %s one with them: %s leaves %s", async ([state, assignment, heartbeat]) => {
    const id = await newLine(database).add(state, { heartbeat: true });
    await update(id, assignment);
    expect(await heartbeatOf(id)).toBe(heartbeat);
  });
});

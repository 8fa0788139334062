import { beforeAll, describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine, withKey } from "../../support/line.js";
import { openSession, outcome, untilBlocked } from "../../support/session.js";

const database = useDatabase();
const { sql } = database;
const start = (id: number) => sql`update deploy_queue.deployments set start_timestamp = now() where id = ${id}`;

describe("the exclusion constraint alone, without triggers", () => {
  beforeAll(async () => {
    // Rows are queued as ever; nothing guards what becomes of them.
    await sql`drop trigger tg_deployments__guard on deploy_queue.deployments`;
  });

  test.for([
    ["-", "-", false],
    ["x", "-", false],
    ["-", "x", false],
    ["x", "y", false],
    ["x", "x", true],
  ] as const)("of runners with keys %s and %s, lets both in: %s", async ([one, other, allowed]) => {
    const line = newLine(database);
    const ids = [await line.add("queued", withKey(one)), await line.add("queued", withKey(other))] as const;
    await start(ids[0]);
    if (allowed) await start(ids[1]);
    else await expect(start(ids[1])).rejects.toMatchObject({ code: "23P01", constraint_name: "never_two_at_once" });
  });

  test.for(["finish_timestamp", "cancellation_timestamp"])("lets the next in once %s is set", async (field) => {
    const line = newLine(database);
    const ids = [await line.add("queued"), await line.add("queued")] as const;
    await start(ids[0]);
    await sql`update deploy_queue.deployments set ${sql(field)} = now() where id = ${ids[0]}`;
    await start(ids[1]);
  });

  test("keeps other cells independent", async () => {
    await start(await newLine(database).add("queued"));
    await start(await newLine(database).add("queued"));
  });

  test.for(["$id", "#$id", "id $id", "key $id"])(
    "does not take the key %j for the id of a deployment without one",
    async (key) => {
      const line = newLine(database);
      const keyless = await line.add("queued");
      const disguised = await line.add("queued", { concurrencyKey: key.replace("$id", `${keyless}`) });
      await start(keyless);
      await expect(start(disguised)).rejects.toMatchObject({ code: "23P01" });
    },
  );
});

describe("the exclusion constraint alone, without triggers and without a single function of ours", () => {
  let cellId = 0;
  let nextId = 1_000_000;

  beforeAll(async () => {
    cellId = (await database.enqueue()).cell_id;
    const functions = await sql<{ name: string }[]>`
      select oid::regprocedure::text as name from pg_proc
      where pronamespace = 'deploy_queue'::regnamespace
        and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')`;
    await sql.unsafe(`drop function ${functions.map(({ name }) => name).join(", ")} cascade`);
  });

  const run = (by = sql, key: string | null = null, cell = cellId) => by`
    insert into deploy_queue.deployments (id, cell_id, environment, cloud_provider, region, cell_index, component,
      concurrency_key, created_at, updated_at, start_timestamp)
    overriding system value
    select ${nextId++}, id, environment, cloud_provider, region, cell_index, 'api', ${key}, now(), now(), now()
    from deploy_queue.cells where id = ${cell}`;

  test("nothing else is left", async () => {
    expect(
      await sql`select from pg_trigger where tgrelid = 'deploy_queue.deployments'::regclass and not tgisinternal`,
    ).toHaveLength(0);
  });

  test("refuses a second runner", async () => {
    await run();
    expect(await outcome(run())).toBe("23P01");
    expect(await outcome(run(sql, "x"))).toBe("23P01");
  });

  test.for([
    ["refuses it when that commits", "commit", "23P01"],
    ["lets it in when that is rolled back", "rollback", "ok"],
  ] as const)("makes the second of two sessions wait for the first, and %s", async ([, end, expected]) => {
    const cell = await emptyCell();
    const early = await openSession(database);
    const late = await openSession(database);
    await early.begin();
    await run(early.sql, null, cell);
    const pending = outcome(run(late.sql, null, cell));
    await untilBlocked(database, late, early);
    await early[end]();
    expect(await pending).toBe(expected);
  });

  async function emptyCell(): Promise<number> {
    const [cell] = await sql<{ id: number }[]>`
      insert into deploy_queue.cells (environment, cloud_provider, region, cell_index)
      values ('dev', 'aws', 'alone', ${nextId++}) returning id`;
    return cell?.id ?? 0;
  }
});

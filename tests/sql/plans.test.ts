import { beforeAll, describe, expect, test } from "vitest";
import { useDatabase } from "../support/database.js";
import { newLine } from "../support/line.js";

const database = useDatabase();
const { sql } = database;
const finishedRows = 30_000;
let cellId = 0;
let queued = 0;
let part = 0;

beforeAll(async () => {
  const line = newLine(database, "prod");
  await line.add("finished", { concurrencyKey: "x" });
  const running = await line.add("running", { concurrencyKey: "x", heartbeat: true });
  cellId = (await database.queue.deployment(running)).cell_id;
  queued = await line.add("queued", { component: "web", version: "v2", heartbeat: true });
  const parent = await newLine(database).add("running", { heartbeat: true });
  await newLine(database).add("running", { parentId: parent });
  part = await line.add("queued", { parentId: parent, heartbeat: true });
  for (let count = 0; count < 20; count++) await newLine(database).add("queued", { heartbeat: true });
  // History goes past the triggers: they are not what is looked at here, and take their time.
  await sql.unsafe(`
    set local session_replication_role = replica;
    insert into deploy_queue.deployments (id, cell_id, environment, cloud_provider, region, cell_index, component, version,
      created_at, updated_at, start_timestamp, finish_timestamp)
    overriding system value select nextval('deploy_queue.deployments_id_seq'), cells.id, cells.environment, cells.cloud_provider, cells.region,
      cells.cell_index, 'api', 'v' || number % 100, at, at, at, at + interval '5 minutes'
    from generate_series(1, ${finishedRows}) as number
    cross join lateral (select deploy_queue._now() - interval '1 hour' - number * interval '10 minutes' as at) as moment
    join deploy_queue.cells on cells.id = ${cellId}`);
  await sql`analyze deploy_queue.deployments`;
});

/** How often deployments was scanned from its first to its last page by the statement; nothing of it stays. */
async function sequentialScans(statement: string): Promise<number> {
  const session = database.connect();
  const scans = async () => {
    const [row] = await session<{ scans: number }[]>`
      select pg_stat_get_xact_numscans('deploy_queue.deployments'::regclass)::integer as scans`;
    return row?.scans ?? Number.NaN;
  };
  await session.unsafe("begin");
  const before = await scans();
  await session.unsafe(statement);
  const after = await scans();
  await session.unsafe("rollback");
  await session.end();
  return after - before;
}

test("a scan of the whole table would be noticed", async () => {
  expect(await sequentialScans("select count(note) from deploy_queue.deployments")).toBe(1);
});

describe("history costs nothing in", () => {
  const place = "'prod', 'aws', (select region from deploy_queue.cells where id = $cell), 0";
  test.for([
    ["enqueue", `select deploy_queue.enqueue(${place}, 'api')`],
    ["enqueue with a key", `select deploy_queue.enqueue(${place}, 'api', idempotency_key => 'key')`],
    ["try_start of one that waits", "select deploy_queue.try_start($queued)"],
    ["try_start of one that starts", "select deploy_queue.try_start($free)"],
    ["finish", "select deploy_queue.try_start($free); select deploy_queue.finish($free)"],
    ["blocking_deployments", "select count(*) from deploy_queue.blocking_deployments($queued)"],
    ["live_deployment_by_url", "select deploy_queue.live_deployment_by_url('https://example.org')"],
    ["forecast", "select deploy_queue.forecast($queued)"],
    ["the queue view", "select count(*) from deploy_queue.queue"],
    ["the outliers view", "select count(*) from deploy_queue.outliers"],
    [
      "current_deployments",
      "select count(*) from (select * from deploy_queue.current_deployments offset 0) as present",
    ],
    ["latest_deployments", "select count(*) from (select * from deploy_queue.latest_deployments offset 0) as latest"],
    [
      "finished_deployments of a day",
      "select count(url) from deploy_queue.finished_deployments where finish_timestamp > now() - interval '24 hours'",
    ],
    [
      "finished_deployments that entered the line in a day",
      "select count(url) from deploy_queue.finished_deployments where created_at > now() - interval '24 hours'",
    ],
    ["stuck_deployments", "select count(*) from deploy_queue.stuck_deployments"],
    ["cancel", "select deploy_queue.cancel($queued)"],
    ["heartbeat", "select deploy_queue.heartbeat($queued)"],
    ["heartbeats", "select deploy_queue.heartbeats(array[$queued, $part])"],
    ["a look that searches for a circle", "select deploy_queue.try_start($part)"],
    ["a part that enters the line", `select deploy_queue.enqueue(${place}, 'api', parent_id => $part)`],
    [
      "a stop that is asked for and confirmed",
      "select deploy_queue.cancel($kept); select deploy_queue.confirm_stop($kept)",
    ],
    ["assert", "select deploy_queue.assert($kept)"],
    ["fail", "select deploy_queue.fail($kept)"],
    ["reap_stale_deployments", "select deploy_queue.reap_stale_deployments()"],
    [
      "reap_stale_deployments that reaps",
      "update test.clock set shift = '16 minutes'; select deploy_queue.reap_stale_deployments()",
    ],
    ["cancel_version", "select deploy_queue.cancel_version('web', 'v2')"],
    ["cancel_version of an old one", "select deploy_queue.cancel_version('api', 'v7')"],
    [
      "cancel_location",
      "select deploy_queue.cancel_location('prod', 'aws', (select region from deploy_queue.cells where id = $cell))",
    ],
    ["waiting_on", "select deploy_queue.waiting_on($queued)"],
    ["set_environment", "select deploy_queue.set_environment('prod', buffer_time => '1 minute')"],
    ["an UPDATE that starts", "update deploy_queue.deployments set start_timestamp = now() where id = $free"],
  ] as const)("%s", async ([, template]) => {
    const free = await newLine(database).add("queued");
    const kept = await newLine(database).add("running", { heartbeat: true });
    const statement = template
      .replaceAll("$cell", `${cellId}`)
      .replaceAll("$queued", `${queued}`)
      .replaceAll("$part", `${part}`)
      .replaceAll("$kept", `${kept}`)
      .replaceAll("$free", `${free}`);
    expect(await sequentialScans(statement)).toBe(0);
  });
});

describe("the rule reads the partial index of", () => {
  const planOf = async (condition: string) => {
    const rows = await sql.unsafe<{ "QUERY PLAN": string }[]>(
      `explain (costs off) select id from deploy_queue.deployments as blocker where cell_id = ${cellId} and ${condition}`,
    );
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  };
  test.for([
    [
      "running deployments",
      "start_timestamp is not null and finish_timestamp is null and cancellation_timestamp is null and id <> 7",
      "deployments_running",
    ],
    [
      "finished deployments",
      "finish_timestamp > deploy_queue._now() - interval '10 minutes' and cancellation_timestamp is null",
      "deployments_finished",
    ],
    [
      "queued deployments",
      "start_timestamp is null and finish_timestamp is null and cancellation_timestamp is null and id < 1000000",
      "deployments_queued",
    ],
  ] as const)("%s", async ([, condition, index]) => {
    const plan = await planOf(`${condition} and (concurrency_key = 'x') is not true`);
    expect(plan).toContain(index);
    expect(plan).not.toContain("Seq Scan");
  });
});

test("the queue view joins nothing whose size statistics could mistake: it plays the lines of all cells at once", async () => {
  const rows = await sql<{ "QUERY PLAN": string }[]>`explain (costs off) select * from deploy_queue.queue`;
  expect(rows.map((row) => row["QUERY PLAN"])).toEqual(["Function Scan on _line line"]);
});

test.for([
  "_has_ended(one)",
  "_exclusion_key(one)",
  "_precedes(one, other, now())",
  "_holds_until(one, '1 hour', '1 hour', now())",
  "_blocker(one, policy, '1 hour', now())",
])("PostgreSQL writes the body of %s into its caller", async (call) => {
  const rows = await sql.unsafe<{ "QUERY PLAN": string }[]>(`
    explain (verbose, costs off) select deploy_queue.${call}
    from deploy_queue.deployments as one, deploy_queue.deployments as other, deploy_queue._policy('dev', null) as policy`);
  const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
  expect(plan).toContain("one.");
  expect(plan).not.toContain(call.slice(0, call.indexOf("(") + 1));
});

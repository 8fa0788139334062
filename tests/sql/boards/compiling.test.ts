import { beforeAll, describe, expect, test } from "vitest";
import { boardReads } from "../../../bench/boardReads.js";
import { type TestDatabase, useDatabase } from "../../support/database.js";

const few = useDatabase();
const many = useDatabase();
const notAnalyzed = useDatabase();

/** They read all of history, unless the reader names a time. */
const ofAllHistory = ["deployment_log", "deployments_with_status", "finished_deployments", "prod_finished_deployments"];
/** With the history of these databases. A server compiles above 100,000, and has twenty times as much history. */
const limit = 5_000;

/** Cells of prod, and history of them that goes past the triggers: they are not what is looked at here, and take their time. */
async function seed({ sql }: TestDatabase, cells: number, finished: number): Promise<void> {
  await sql.unsafe(`
    set session_replication_role = replica;
    insert into deploy_queue.cells (environment, cloud_provider, region, cell_index)
    select 'prod', 'aws', 'region-' || number / 10, number % 10 from generate_series(1, ${cells}) as number;
    insert into deploy_queue.deployments (cell_id, environment, cloud_provider, region, cell_index, component, version,
      created_at, updated_at, start_timestamp, finish_timestamp, cancellation_timestamp)
    select cells.id, cells.environment, cells.cloud_provider, cells.region,
      cells.cell_index, 'component-' || number % 5, 'v' || number, at, at,
      case when number % 3 > 0 then at end, case when number % 3 = 1 then at + interval '5 minutes' end,
      case when number % 3 <> 1 then at + interval '1 minute' end
    from generate_series(1, ${finished}) as number
    cross join lateral (select deploy_queue._now() - interval '1 hour' - (${finished} - number) * interval '2 minutes' as at offset 0) as moment
    join (select *, row_number() over () as place from deploy_queue.cells) as cells on cells.place = 1 + number % ${cells};
    set session_replication_role = origin;`);
  for (let number = 0; number < 4; number += 1) {
    await sql`select deploy_queue.enqueue('prod', 'aws', 'region-0', ${1 + (number % 2)}, 'component-1', 'v1', start => true)`;
  }
}

beforeAll(async () => {
  await seed(few, 2, 4);
  await seed(many, 600, 50_000);
  await many.sql`analyze`;
  await seed(notAnalyzed, 600, 1_000);
});

const views = [
  ...[
    "bad_versions_in_force",
    "cancellation_rate",
    "cell_timeline",
    "current_deployments",
    "deployment_duration_analytics",
    "deployment_frequency",
  ],
  ...[
    "deployment_log",
    "deployments_with_status",
    "finished_deployments",
    "freezes_in_force",
    "held_lines",
    "known_targets",
    "known_tokens",
    "known_trusts",
    "known_webhooks",
    "latest_checks",
    "latest_deployments",
    "lead_time",
    "outliers",
  ],
  ...["prod_current_deployments", "prod_finished_deployments", "prod_latest_deployments", "queue", "staged"],
  ...["stuck_deployments", "wait_time", "wanted_approvals", "webhook_deliveries", "windows"],
];
const reads = [
  ...views.map((view) => ({ what: view, sql: `select * from deploy_queue.${view}` })),
  ...boardReads("\\w+").map(({ what, sql }) => ({ what: what.replace("\\w+, as ", ""), sql })),
];

test("every public view is among those that are looked at", async () => {
  const rows = await few.sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'deploy_queue'::regnamespace and relkind = 'v' and relname !~ '^_' order by 1`;
  expect(rows.map(({ name }) => name)).toEqual(views);
});

test("small tables are analysed by the migration, and again after a few changes", async () => {
  const rows = await few.sql`
    select relname from pg_class
    where relnamespace = 'deploy_queue'::regnamespace and relkind = 'r' and relname not in ('deployments', 'deployment_events')
      and (reltuples < 0 or not 'autovacuum_analyze_threshold=5' = any (coalesce(reloptions, '{}')))`;
  expect(rows).toEqual([]);
});

describe.each([
  ["2 cells, not analysed", few],
  ["600 cells, analysed", many],
  ["600 cells, not analysed", notAnalyzed],
] as const)("with %s, a server compiles nothing for", (_, database) => {
  test.each(reads.filter(({ what }) => !ofAllHistory.includes(what)))("$what", async ({ sql: read }) => {
    const plans: string[] = [];
    const session = database.connect({ onNotice: ({ message }) => plans.push(message ?? "") });
    await session.unsafe(`load 'auto_explain';
      set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on; set auto_explain.log_analyze = on;
      set auto_explain.log_level = notice; set jit_above_cost = ${limit}`);

    const [row] = await session.unsafe<{ "QUERY PLAN": [{ Plan: { "Total Cost": number } }] }[]>(
      `explain (format json) ${read}`,
    );
    await session.unsafe(read);

    expect(row?.["QUERY PLAN"][0].Plan["Total Cost"]).toBeLessThan(limit);
    // A server without LLVM compiles nothing anyway.
    expect(plans.length).toBeGreaterThan(0);
    expect(plans.filter((plan) => plan.includes("JIT:"))).toEqual([]);
  });
});

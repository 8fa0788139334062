// No statement of a role keeps a session waiting whose deployment that role may not change.
import { beforeAll, describe, expect, test } from "vitest";
import { useDatabase } from "../support/database.js";
import { newLine } from "../support/line.js";
import { useLogins } from "../support/logins.js";
import { openSession, outcome } from "../support/session.js";

const database = useDatabase();
const { sql } = database;
const newLogin = useLogins(database);

beforeAll(() => database.queue.roles.create());

const calls = {
  deploy_queue_approver: ["select deploy_queue.approve($id)", "select deploy_queue.disapprove($id, 'no')"],
  deploy_queue_checker: ["select deploy_queue.report_check('api', '$region', 'e2e', true)"],
  deploy_queue_deployer: [
    "select deploy_queue.try_start($id)",
    "select deploy_queue.finish($id)",
    "select deploy_queue.cancel($id)",
    "select deploy_queue.heartbeat($id)",
    "select deploy_queue.release($id)",
    "select deploy_queue.purge($id)",
    "select deploy_queue.enqueue('prod', 'aws', '$region', 0, 'api')",
    "select deploy_queue.enqueue('prod', 'aws', 'new-$region', 0, 'api')",
    "select id from deploy_queue.deployments where id = $id for update",
  ],
  deploy_queue_operator: [
    "select deploy_queue.bump($id, 'sev 1')",
    "select deploy_queue.cancel_location('prod', 'aws', '$region')",
    "select deploy_queue.cancel_version('api', '$region')",
    "select deploy_queue.set_environment('prod', buffer_time => '1 minute')",
    "select deploy_queue.reap_stale_deployments()",
    "select deploy_queue.detect_outliers()",
    "select deploy_queue.refresh_durations()",
    "select deploy_queue.prune_history()",
    "select id from deploy_queue.deployments where id = $id for update",
    "select id from deploy_queue.deployments where id = $id for key share",
    "update deploy_queue.deployments set heartbeat_timestamp = now() where id = $id",
    "update deploy_queue.deployments set cancellation_timestamp = now() where version = '$region'",
    "select environment from deploy_queue.environments where environment = 'prod' for update",
    "update deploy_queue.environments set buffer_time = '0' where environment = 'prod'",
    "update deploy_queue.environments set slots = 2 where environment = 'dev'",
    "insert into deploy_queue.component_policies (environment, component, slots) values ('dev', 'api', 1)",
    "insert into deploy_queue.component_policies (environment, component, slots) values ('prod', 'api', 1)",
    "select id from deploy_queue.freezes where region = '$region' for update",
    "select deploy_queue.thaw((select id from deploy_queue.freezes where region = '$region'))",
    "select id from deploy_queue.maintenance_windows for update",
    "lock table deploy_queue.deployments in row exclusive mode",
    "lock table deploy_queue.environments in share mode",
    "lock table deploy_queue.cells in share mode",
  ],
} as const;

describe.for(Object.entries(calls))("a %s tied to dev holds no lock of prod after", ([role, statements]) => {
  test.for(statements.map((statement) => [statement] as const))("%s", async ([pattern]) => {
    const { region, add } = newLine(database, "prod");
    const id = await add("queued", { version: region, heartbeat: true });
    await sql`select deploy_queue.freeze('prod', 'sale', cloud_provider => 'aws', region => ${region})`;
    await sql`select deploy_queue.add_window('prod', '{1}', '09:00', '10:00')`;
    await sql`select deploy_queue.set_environment('prod', require_checks => '{e2e}', approvals => 1)`;
    await database.advance("20 minutes");
    const { name, sql: session } = await newLogin(role);
    await sql.unsafe(`alter role ${name} set deploy_queue.allowed_environments = 'dev'`);
    await session.unsafe("begin");
    await session.unsafe(pattern.replaceAll("$id", String(id)).replaceAll("$region", region)).catch(() => undefined);
    try {
      const free = await sql.unsafe(`
        select
          (select count(*)::integer from (select from deploy_queue.deployments where id = ${id} for update skip locked) as row) as deployments,
          (select count(*)::integer from (
            select from deploy_queue.environments where environment = 'prod' for update skip locked) as row) as environments,
          (select count(*)::integer from (
            select from deploy_queue.freezes where region = '${region}' for update skip locked) as row) as freezes,
          (select pg_try_advisory_xact_lock(25713, cell_id) from deploy_queue.deployments where id = ${id}) as cell`);
      expect(free).toEqual([{ deployments: 1, environments: 1, freezes: 1, cell: true }]);
      const [weak] = await sql`
        select count(*)::integer as count from pg_locks
        join pg_class on pg_class.oid = relation
        join pg_stat_activity using (pid)
        where usename = ${name} and relnamespace = 'deploy_queue'::regnamespace and relkind = 'r'
          and mode not in ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')`;
      expect(weak).toEqual({ count: 0 });
    } finally {
      await session.unsafe("rollback");
      await sql`delete from deploy_queue.maintenance_windows`;
      await sql`select deploy_queue.set_environment('prod', require_checks => '{}', approvals => 0)`;
    }
  });
});

describe.for(["queued", "running", "finished", "cancelled"] as const)("of a %s deployment of prod", (state) => {
  test.for([
    ["select deploy_queue.try_start($id)"],
    ["select deploy_queue.finish($id)"],
    ["select deploy_queue.fail($id)"],
    ["select deploy_queue.cancel($id)"],
    ["select deploy_queue.cancel($id, force => true)"],
    ["select deploy_queue.confirm_stop($id)"],
    ["select deploy_queue.heartbeat($id)"],
    ["select deploy_queue.release($id)"],
    ["select deploy_queue.purge($id)"],
    ["select deploy_queue.bump($id, 'sev 1')"],
    ["select deploy_queue.approve($id)"],
    ["select deploy_queue.disapprove($id, 'no')"],
    ["update deploy_queue.deployments set finish_timestamp = now() where id = $id"],
    ["update deploy_queue.deployments set heartbeat_timestamp = now() where id = $id"],
  ])("a role tied to dev is told nothing but that it may not change prod by %s", async ([statement = ""]) => {
    const id = await newLine(database, "prod").add(state);
    const { name, sql: session } = await newLogin("deploy_queue_operator");
    await sql.unsafe(`alter role ${name} set deploy_queue.allowed_environments = 'dev'`);
    await expect(session.unsafe(statement.replace("$id", String(id)))).rejects.toMatchObject({
      code: "QD020",
      message: `role ${name} may not change environment prod`,
    });
  });
});

test("a tied operator that locks rows of prod by plain SQL is told why it may not", async () => {
  const id = await newLine(database, "prod").add("queued");
  const { name, sql: session } = await newLogin("deploy_queue_operator");
  await sql.unsafe(`alter role ${name} set deploy_queue.allowed_environments = 'dev'`);
  const failure = await session
    .unsafe(`select from deploy_queue.deployments where id = ${id} for update`)
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "QD020", message: `role ${name} may not change environment prod` });
  expect(await session.unsafe(`select id from deploy_queue.deployments where id = ${id}`)).toEqual([{ id }]);
});

test("an operator tied to dev is refused a policy of a component in prod without a wait for its cells", async () => {
  const id = await newLine(database, "prod").add("queued");
  const { name, sql: session } = await newLogin("deploy_queue_operator");
  await sql.unsafe(`alter role ${name} set deploy_queue.allowed_environments = 'dev'`);
  const holder = await openSession(database);
  await holder.begin();
  await holder.sql`select pg_advisory_xact_lock(25713, cell_id) from deploy_queue.deployments where id = ${id}`;
  const refused = session`
    insert into deploy_queue.component_policies (environment, component, slots) values ('prod', 'api', 1)`;
  expect(await outcome(refused)).toBe("QD020");
  await holder.rollback();
});

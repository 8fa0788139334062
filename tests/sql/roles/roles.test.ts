import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { type Login, useLogins } from "../../support/logins.js";
import { outcome } from "../../support/session.js";

const database = useDatabase();
const { sql } = database;
const newLogin = useLogins(database);
const roles = ["reader", "approver", "checker", "agent", "server", "deliverer", "deployer", "operator"] as const;
const forbidden = "42501";

beforeAll(async () => {
  await database.queue.roles.create();
  await newLine(database).add("queued", { version: "v1" });
});

/** Everything there is, with the statement that tries each privilege. */
async function trials(): Promise<{ object: string; privilege: string; statement: string }[]> {
  return sql`
    select relname as object, privilege, format(pattern, relname) as statement
    from pg_class
    cross join (values
      ('select', 'select * from deploy_queue.%s limit 1'),
      ('delete', 'delete from deploy_queue.%s where false'),
      ('truncate', 'truncate deploy_queue.%s'),
      ('lock', 'lock table deploy_queue.%s in exclusive mode nowait')
    ) as tried (privilege, pattern)
    where relnamespace = 'deploy_queue'::regnamespace
      and (relkind = 'r' or relkind = 'v' and privilege in ('select', 'delete'))
    union all
    select relname || '.' || attname, privilege, format(pattern, relname, quote_ident(attname))
    from pg_class
    join pg_attribute on attrelid = pg_class.oid and attnum > 0
    cross join (values
      ('insert', 'insert into deploy_queue.%1$s (%2$s) values (default)'),
      ('update', 'update deploy_queue.%1$s set %2$s = default where false')
    ) as tried (privilege, pattern)
    where relnamespace = 'deploy_queue'::regnamespace and relkind = 'r' and not attisdropped
    union all
    select relname, privilege, format(pattern, relname)
    from pg_class
    cross join (values
      ('select', 'select last_value from deploy_queue.%s'),
      ('usage', 'select nextval(''deploy_queue.%s'')'),
      ('update', 'select setval(''deploy_queue.%s'', 1000000)')
    ) as tried (privilege, pattern)
    where relnamespace = 'deploy_queue'::regnamespace and relkind = 'S'
    union all
    select proname || '()', 'execute', format('select deploy_queue.%s(%s)', proname, (
      select string_agg('null', ', ') from generate_series(1, pronargs)
    ))
    from pg_proc
    where pronamespace = 'deploy_queue'::regnamespace and prorettype <> 'trigger'::regtype
      and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')
    order by 1, 2`;
}

/** What a login with this role could do, as "object privilege". */
async function allowedTo({ sql: session }: Login): Promise<string[]> {
  const allowed: string[] = [];
  for (const { object, privilege, statement } of await trials()) {
    const failure: unknown = await session.unsafe(`begin; ${statement}`).catch((error: unknown) => error);
    await session.unsafe("rollback");
    const denial = /permission denied for (?:function|table|view|sequence|schema) (\w+)/.exec(String(failure))?.[1];
    if (/cannot (?:insert into|update|delete from) (?:view|column)/.test(String(failure))) continue;
    if (denial === undefined) allowed.push(`${object} ${privilege}`);
    // Refused inside, by a table or function that its owner lacks: the object itself would not be usable.
    else expect([object.replace(/\(\)|\..*/, ""), "deploy_queue"], `${statement}: ${failure}`).toContain(denial);
  }
  return allowed;
}

/** What docs/roles.md says of the role, in the same way. */
function documentedFor(role: (typeof roles)[number]): string[] {
  const rows = readFileSync(join(import.meta.dirname, "../../../docs/roles.md"), "utf8").matchAll(
    /^\| `(?!schema )([^`]+)` *\|((?:[^|\n]*\|){8})$/gm,
  );
  return [...rows].flatMap(([, object, columns = ""]) =>
    (columns.split("|")[roles.indexOf(role)] ?? "")
      .split(",")
      .map((privilege) => privilege.trim())
      .filter((privilege) => privilege !== "")
      .map((privilege) => `${object} ${privilege}`),
  );
}

describe("tried on every object,", () => {
  test.for(roles)("deploy_queue_%s may what docs/roles.md says, and nothing else", async (role) => {
    const allowed = await allowedTo(await newLogin(`deploy_queue_${role}`));
    expect(allowed.sort()).toEqual(documentedFor(role).sort());
    expect(allowed.length).toBeGreaterThan(role === "server" ? 4 : role === "deliverer" ? 2 : 30);
  });

  test("a role without any of them may nothing", async () => {
    expect(await allowedTo(await newLogin())).toEqual([]);
  });
});

test("a reader reads every public view, with deployments in each state", async () => {
  for (const state of ["running", "finished", "cancelled"] as const)
    await newLine(database).add(state, { version: "v1" });
  const { sql: session } = await newLogin("deploy_queue_reader");
  const views = await sql<{ name: string }[]>`
    select format('deploy_queue.%I', relname) as name from pg_class
    where relnamespace = 'deploy_queue'::regnamespace and relkind = 'v' and relname !~ '^_'`;
  for (const { name } of views) expect(await outcome(session.unsafe(`select * from ${name}`)), name).toBe("ok");
  const [queued] = await session`select "position" from deploy_queue.queue`;
  expect(queued).toEqual({ position: 1 });
});

test("every public function is given to some role, but those of the owner", async () => {
  const owners = await sql<{ name: string }[]>`
    select proname as name from pg_proc
    where pronamespace = 'deploy_queue'::regnamespace and proname !~ '^(_|tg_)'
      and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')
      and not has_function_privilege('deploy_queue_operator', oid, 'execute')
      and not has_function_privilege('deploy_queue_server', oid, 'execute')
      and not has_function_privilege('deploy_queue_deliverer', oid, 'execute')
      and not has_function_privilege('deploy_queue_agent', oid, 'execute')
    order by proname`;
  expect(owners.map(({ name }) => name)).toEqual(["create_roles", "grant_role", "revoke_role"]);
});

test("PUBLIC may execute what the constraint and the row-level security of deployments call, and has no privilege on anything else of ours", async () => {
  const granted = await sql`
    select object, privilege_type from (
      select proname || '()', coalesce(proacl, acldefault('f', proowner)) from pg_proc
      where pronamespace = 'deploy_queue'::regnamespace
        and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')
      union all
      select relname, coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner)) from pg_class
      where relnamespace = 'deploy_queue'::regnamespace and relkind in ('r', 'v', 'S')
      union all
      select nspname, coalesce(nspacl, acldefault('n', nspowner)) from pg_namespace where nspname = 'deploy_queue'
    ) as ours (object, acl)
    cross join lateral aclexplode(acl)
    where grantee = 0
    order by object`;
  expect(granted.map(({ object, privilege_type }) => `${object} ${privilege_type}`)).toEqual([
    "_flaw_of_deployment() EXECUTE",
    "_is_printable() EXECUTE",
    "_refuse_flaw() EXECUTE",
    "_require_right() EXECUTE",
  ]);
});

test("only triggers, and functions that a role without rights on tables may call, run as their owner", async () => {
  const [row] = await sql<{ private: string[] }[]>`
    select coalesce(json_agg(proname order by proname), '[]') as private from pg_proc
    where pronamespace = 'deploy_queue'::regnamespace and prosecdef and proname ~ '^_'`;
  expect(row?.private).toEqual([
    "_all_queued",
    "_all_running",
    "_availability",
    "_blocked_environments",
    "_buffering",
    "_flaw_of_deployment",
    "_free_heads",
    "_holds_old",
    "_is_operator",
    "_line",
    "_lock_holders",
    "_missing_agent",
    "_missing_approvals",
    "_old_gates",
    "_oldest_transaction",
    "_openings",
    "_reach",
    "_ready_since",
    "_require_right",
    "_stopped_by",
    "_verified_principal",
  ]);
});

test("a checker reports checks and nothing else; a deployer does when it is a checker as well; an operator does", async () => {
  const report = ({ sql: session }: Login) =>
    outcome(session`select deploy_queue.report_check('api', 'v1', 'e2e', true)`);
  const checker = await newLogin("deploy_queue_checker");
  expect(await report(checker)).toBe("ok");
  expect(await outcome(checker.sql`select deploy_queue.enqueue('dev', 'aws', 'checker', 0, 'api')`)).toBe(forbidden);
  expect(await outcome(checker.sql`insert into deploy_queue.checks (passed) values (true)`)).toBe(forbidden);
  expect(await report(await newLogin("deploy_queue_reader"))).toBe(forbidden);
  expect(await report(await newLogin("deploy_queue_deployer"))).toBe(forbidden);
  expect(await report(await newLogin("deploy_queue_deployer", "deploy_queue_checker"))).toBe("ok");
  expect(await report(await newLogin("deploy_queue_operator"))).toBe("ok");
  expect(
    await sql`select distinct principal, actor from deploy_queue.checks where principal = ${checker.name}`,
  ).toEqual([{ principal: checker.name, actor: checker.name }]);
});

test("a deployer deploys by functions alone, and the events say who it was", async () => {
  const { name, sql: session } = await newLogin("deploy_queue_deployer");
  const { region } = newLine(database);
  await session.unsafe("set application_name = 'pipeline'");

  const [deployment] = await session<{ id: number }[]>`
    select id from deploy_queue.enqueue('dev', 'aws', ${region}, 0, 'api', heartbeat => true)`;
  const id = deployment?.id ?? 0;
  expect(await session`select started from deploy_queue.try_start(${id}, heartbeat => true)`).toEqual([
    { started: true },
  ]);
  await session`select deploy_queue.heartbeat(${id})`;
  await session`select deploy_queue.finish(${id})`;

  const events = await sql`
    select kind, actor, application_name, host(client_address) as address
    from deploy_queue.deployment_events where deployment_id = ${id} order by id`;
  const [connection] = await session<{ address: string }[]>`select host(inet_client_addr()) as address`;
  const who = { actor: name, application_name: "pipeline", ...connection };
  expect([...events]).toEqual(["enqueued", "started", "finished"].map((kind) => ({ kind, ...who })));

  await session.unsafe("set deploy_queue.actor = 'ann'");
  await session`select deploy_queue.enqueue('dev', 'aws', ${region}, 0, 'web')`;
  expect(await sql`select from deploy_queue.deployment_events where actor = 'ann'`).toHaveLength(1);
});

test("a role of one's own with privileges on deployments uses plain SQL, and obeys the same rules", async () => {
  const { name, sql: session } = await newLogin();
  await sql.unsafe(
    `grant usage on schema deploy_queue to ${name}; grant select, insert, update on deploy_queue.deployments to ${name}`,
  );
  const { region } = newLine(database);
  const insert = () => session<{ id: number }[]>`
    insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component)
    values ('dev', 'aws', ${region}, 0, 'api') returning id`;
  const [first] = await insert();
  const [second] = await insert();
  const start = (id = 0) => session`update deploy_queue.deployments set start_timestamp = now() where id = ${id}`;

  await start(first?.id);
  expect(await outcome(start(second?.id))).toBe("QD003");
  await session`update deploy_queue.deployments set finish_timestamp = now() where id = ${first?.id ?? 0}`;
  await start(second?.id);
});

test("every migration gives the roles what it brings, and takes it from PUBLIC", async () => {
  const { sql: session } = await newLogin("deploy_queue_reader");
  await sql.unsafe(`create view deploy_queue.newcomer as select 1 as one;
    create function deploy_queue.newcomer() returns integer language sql volatile as 'select 1'`);
  expect(await outcome(session`select * from deploy_queue.newcomer`)).toBe(forbidden);

  await sql.unsafe(readFileSync(join(import.meta.dirname, "../../../sql/grants.sql"), "utf8"));

  expect(await outcome(session`select * from deploy_queue.newcomer`)).toBe("ok");
  expect(await outcome(session`select deploy_queue.newcomer()`)).toBe(forbidden);
  await sql.unsafe("drop view deploy_queue.newcomer; drop function deploy_queue.newcomer()");
});

import type postgres from "postgres";
import { roleKinds } from "../src/queue/calls/roles.js";
import { markdownTable } from "./markdownTable.js";

const roles = roleKinds.map((kind) => `deploy_queue_${kind}`);

/** Which role has which privileges on what, from the catalog, as the table of docs/roles.md. */
export async function grantsTable(sql: postgres.Sql): Promise<string> {
  const rows = await sql<{ object: string; grants: Partial<Record<string, string>> }[]>`
    with objects as (
      select 0 as section, 'schema ' || nspname as object, nspacl as acl from pg_namespace
      where oid = 'deploy_queue'::regnamespace
      union all
      select case relkind when 'r' then 1 else 2 end, replace(oid::regclass::text, 'deploy_queue.', ''), relacl
      from pg_class where relnamespace = 'deploy_queue'::regnamespace and relkind in ('r', 'v')
      union all
      select 1, replace(attrelid::regclass::text, 'deploy_queue.', '') || '.' || attname, attacl
      from pg_attribute join pg_class on pg_class.oid = attrelid
      where relnamespace = 'deploy_queue'::regnamespace and attacl is not null
      union all
      select 3, proname || '()', proacl from pg_proc
      where pronamespace = 'deploy_queue'::regnamespace and prorettype <> 'trigger'::regtype
        and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')
    ),
    granted as (
      select section, object, grantee::regrole::text as role, string_agg(lower(privilege_type), ', ' order by privilege_type) as privileges
      from objects cross join lateral aclexplode(acl)
      where grantee::regrole::text = any (${[...roles]})
      group by section, object, grantee
    )
    select objects.object, coalesce(json_object_agg(role, privileges) filter (where role is not null), '{}') as grants
    from objects left join granted using (section, object)
    where role is not null or objects.object !~ '^_'
    group by section, objects.object
    order by section, objects.object`;
  return markdownTable([
    ["", ...roles.map((role) => role.replace("deploy_queue_", ""))],
    ...rows.map(({ object, grants }) => [`\`${object}\``, ...roles.map((role) => grants[role] ?? "")]),
  ]);
}

/** The text with what stands between its two marks replaced. */
export function withGrants(text: string, table: string): string {
  const [before, , after] = text.split(mark);
  if (before === undefined || after === undefined) {
    throw new Error(`docs/roles.md has lost its marks ${mark}`);
  }
  return [before, `\n\n${table}\n\n`, after].join(mark);
}

const mark = "<!-- grants, generated from the catalog -->";

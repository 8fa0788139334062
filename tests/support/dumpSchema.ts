import type postgres from "postgres";

/**
 * Writes the schema deploy_queue as SQL to compare, in an order that depends on names only. It comes from the catalog, because the
 * embedded server brings no pg_dump.
 */
export async function dumpSchema(sql: postgres.Sql): Promise<string> {
  const sections = [
    await sql<Row[]>`
      select typname as name, 'create type ' || typname || ' as enum (' ||
        (select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder) from pg_enum where enumtypid = pg_type.oid)
        || ');' as text
      from pg_type where typnamespace = 'deploy_queue'::regnamespace and typtype = 'e'`,
    await sql<Row[]>`
      select relname as name,
        case relkind when 'c' then 'create type ' || relname || ' as (' when 'S' then 'create sequence ' || relname || ' ('
          else 'create table ' || relname || ' (' end || e'\n' ||
        (
          select string_agg('  ' || attname || ' ' || format_type(atttypid, atttypmod)
            || case when attnotnull then ' not null' else '' end
            || case when attidentity <> '' then ' generated always as identity' else '' end
            || case when attgenerated <> '' then ' generated always as (' || pg_get_expr(adbin, adrelid) || ') stored'
              else coalesce(' default ' || pg_get_expr(adbin, adrelid), '') end, e',\n' order by attnum)
          from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
          where attrelid = pg_class.oid and attnum > 0 and not attisdropped
        ) || e'\n)' || coalesce(' with (' || array_to_string(reloptions, ', ') || ')', '') || ';' as text
      from pg_class where relnamespace = 'deploy_queue'::regnamespace and relkind in ('r', 'c')
      union all
      select relname, 'create sequence ' || relname || ';'
      from pg_class where relnamespace = 'deploy_queue'::regnamespace and relkind = 'S'`,
    await sql<Row[]>`
      select conrelid::regclass || '.' || conname as name,
        'alter table ' || conrelid::regclass || ' add constraint ' || conname || ' ' || pg_get_constraintdef(oid) || ';' as text
      from pg_constraint where connamespace = 'deploy_queue'::regnamespace and contype <> 'n'`,
    await sql<Row[]>`
      select indexname as name, indexdef || ';' as text from pg_indexes
      where schemaname = 'deploy_queue' and indexname not in (select conname from pg_constraint)`,
    await sql<Row[]>`
      select proname || '(' || pg_get_function_identity_arguments(pg_proc.oid) || ')' as name,
        rtrim(pg_get_functiondef(pg_proc.oid)) || ';' as text
      from pg_proc where pronamespace = 'deploy_queue'::regnamespace and not exists (
        select from pg_depend where objid = pg_proc.oid and deptype = 'e'
      )`,
    await sql<Row[]>`
      select relname as name, 'create view ' || relname || e' as\n' || pg_get_viewdef(oid) as text
      from pg_class where relnamespace = 'deploy_queue'::regnamespace and relkind = 'v'`,
    await sql<Row[]>`
      select tgname as name, pg_get_triggerdef(oid) || ';' as text
      from pg_trigger where not tgisinternal and tgrelid in (
        select oid from pg_class where relnamespace = 'deploy_queue'::regnamespace
      )`,
    await sql<Row[]>`
      select pg_describe_object(classoid, objoid, objsubid) as name,
        'comment on ' || pg_describe_object(classoid, objoid, objsubid) || ' is ' || quote_literal(description) || ';' as text
      from pg_description
      where pg_describe_object(classoid, objoid, objsubid) like '%deploy_queue%'
        and not exists (select from pg_depend where pg_depend.objid = objoid and deptype = 'e')
        and pg_describe_object(classoid, objoid, objsubid) not like 'extension %'`,
  ];
  const texts = sections.flatMap((rows) => rows.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((row) => row.text));
  return `${texts.join("\n\n")}\n`;
}

interface Row {
  readonly name: string;
  readonly text: string;
}

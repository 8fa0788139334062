import type { Database } from "./database.js";

/** What can be known of a server before it has our schema. */
export interface ServerFacts {
  /** "18.4" */
  readonly version: string;
  /** 180004 */
  readonly version_number: number;
  /** Whether the extension btree_gist is in the database, or could be created there. */
  readonly extension: "present" | "available" | "missing";
  /** The clock of the server. */
  readonly now: Date;
}

export async function serverFacts(database: Database): Promise<ServerFacts> {
  const [facts] = await database.query<ServerFacts>(
    (sql) => sql`
      select
        current_setting('server_version') as version,
        current_setting('server_version_num')::integer as version_number,
        case
          when exists (select from pg_extension where extname = 'btree_gist') then 'present'
          when exists (select from pg_available_extensions where name = 'btree_gist') then 'available'
          else 'missing'
        end as extension,
        clock_timestamp() as now`,
  );
  if (facts === undefined) {
    throw new Error("the server says nothing about itself");
  }
  return facts;
}

/** Whether a login may serve: call the queue for others, each with the rights of its own. */
export interface ServingRights {
  /** Quoted for SQL. */
  readonly role: string;
  readonly may_serve: boolean;
  /** Whether it may do everything with the queue by itself, too. */
  readonly may_all: boolean;
}

/** The database believes only members of deploy_queue_server whom they serve: calls of others would have the rights of the login. */
export async function servingRights(database: Database): Promise<ServingRights | undefined> {
  const [rights] = await database.query<ServingRights>(
    (sql) => sql`
      select
        quote_ident(session_user) as role,
        coalesce(
          pg_has_role(session_user, to_regrole('deploy_queue_server'), 'member')
            and pg_has_role(current_user, to_regrole('deploy_queue_server'), 'usage'),
          false
        ) as may_serve,
        exists (
          select from pg_namespace where nspname = 'deploy_queue' and pg_has_role(session_user, nspowner, 'member')
        ) as may_all`,
  );
  return rights;
}

/** Who may call a function or read a view of the queue. */
export interface WhoMay {
  /** That of this session. */
  readonly role: string;
  readonly may: boolean;
  /** Of the roles that were asked for, those that may. */
  readonly others: readonly string[];
}

export async function whoMay(database: Database, name: string, roles: readonly string[]): Promise<WhoMay | undefined> {
  const [who] = await database.query<WhoMay>(
    (sql) => sql`
      with objects as (
        select pg_proc.oid, true as is_function from pg_proc
        where pg_proc.pronamespace = to_regnamespace('deploy_queue') and pg_proc.proname = ${name}
        union all
        select pg_class.oid, false from pg_class
        where pg_class.relnamespace = to_regnamespace('deploy_queue') and pg_class.relname = ${name}
      ),
      asked as (
        select roles.oid, roles.rolname, exists (
          select from objects
          where case when is_function then has_function_privilege(roles.oid, objects.oid, 'execute')
              else has_table_privilege(roles.oid, objects.oid, 'select') end
            and has_schema_privilege(roles.oid, to_regnamespace('deploy_queue'), 'usage')
        ) as may
        from pg_roles as roles
        where roles.rolname = current_user or roles.rolname = any (string_to_array(${roles.join()}, ','))
      )
      select
        current_user as role,
        (select may from asked where rolname = current_user) as may,
        array(
          select rolname::text from asked
          where may and rolname <> current_user
          order by array_position(string_to_array(${roles.join()}, ','), rolname::text)
        ) as others`,
  );
  return who;
}

/** Names of roles and of the database, quoted for SQL. */
export interface WhoWorks {
  readonly role: string;
  readonly database: string;
  /** The owner of the schema; null where there is no schema. */
  readonly owner: string | null;
}

/** The role of this session, its database, and the owner of a schema. */
export async function whoWorks(database: Database, schema: string): Promise<WhoWorks | undefined> {
  const [who] = await database.query<WhoWorks>(
    (sql) => sql`
      select
        quote_ident(current_user) as role,
        quote_ident(current_database()) as database,
        (select quote_ident(pg_get_userbyid(nspowner)) from pg_namespace where nspname = ${schema}) as owner`,
  );
  return who;
}

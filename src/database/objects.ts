import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Where the versions of released schemas begin. Lower versions were never released. */
export const firstVersion = 42;

/** The version of the schema that sql/ describes. */
export function versionOfObjects(folder: string): number {
  return Number(/select (\d+);/.exec(readFileSync(join(folder, "basics", "schema_version.sql"), "utf8"))?.[1]);
}

/** Which text sql/ has, as the database keeps it. */
export function fingerprintOfObjects(folder: string): string {
  return fingerprint(withIncludes(folder, "all.sql"));
}

/**
 * Everything in sql/ as statements of one transaction, which replace what is there. Names mean what PostgreSQL means by them,
 * whatever lies in other schemas. Triggers come last and only where they have changed, since they lock their table until the end.
 * It gives up where a newer schema has come meanwhile, and where a lock does not come soon.
 */
export function objectsAsStatements(folder: string): string {
  const triggers: string[] = [];
  const text = withIncludes(folder, "all.sql").replace(":fingerprint", fingerprintOfObjects(folder));
  const objects = text.replace(/^create or replace trigger [^;]+;$/gm, (statement) => {
    triggers.push(onlyIfChanged(statement));
    return "";
  });
  return [
    "set local search_path = pg_catalog, pg_temp",
    // Shorter than deadlock_timeout: in a deadlock with readers of two views, this gives up and not the readers.
    "set local lock_timeout = '500ms'",
    // Cells have numbers from 1; 0 stands for changes of the schema and its grants.
    "select pg_advisory_xact_lock(25713, 0)",
    refuseNewer(versionOfObjects(folder)),
    `${objects}\n${triggers.join("\n")}`,
  ].join(";\n");
}

function withIncludes(folder: string, file: string): string {
  return readFileSync(join(folder, file), "utf8").replace(/^--!include (\S+)$/gm, (_, included: string) =>
    withIncludes(folder, included),
  );
}

function fingerprint(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function refuseNewer(version: number): string {
  return `do $newer$
begin
  if to_regprocedure('deploy_queue.schema_version()') is not null then
    if deploy_queue.schema_version() > ${version} then
      raise exception 'a newer program has brought the schema up to date meanwhile';
    end if;
  end if;
end;
$newer$`;
}

/** A trigger's comment is the fingerprint of its statement. */
function onlyIfChanged(statement: string): string {
  const [, name, table] = /^create or replace trigger (\w+)\s[\s\S]*\son (deploy_queue\.\w+)/.exec(statement) ?? [];
  const mark = fingerprint(statement);
  return `do $trigger$
begin
  if not exists (
    select from pg_trigger
    where tgname = '${name}' and tgrelid = '${table}'::regclass and obj_description(oid, 'pg_trigger') = '${mark}'
  ) then
    ${statement}
    comment on trigger ${name} on ${table} is '${mark}';
  end if;
end;
$trigger$;`;
}

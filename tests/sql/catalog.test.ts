import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandPaths } from "../../src/commandLine/registry.js";
import { callsAsCommands } from "../../src/text/callAsCommand.js";
import { useDatabase } from "../support/database.js";

const { sql } = useDatabase();
const root = join(import.meta.dirname, "../..");

/** The text of every file of this kind, by its path. */
function textsUnder(folder: string, extension: string): Map<string, string> {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return new Map(
    names
      .filter((name) => name.endsWith(extension))
      .map((name) => [name, readFileSync(join(root, folder, name), "utf8")]),
  );
}

const codesIn = (texts: Iterable<string>) => new Set([...texts].flatMap((text) => text.match(/QD\d{3}/g) ?? []));

const usedOften = [
  "_bypass_reason",
  "_cell",
  "_draw_slot",
  "_has_followers",
  "_lock_cell",
  "_may_start",
  "_policy",
  "_withheld",
];

test("every function pins its search_path, but those that PostgreSQL writes into their callers, and a few that run often", async () => {
  const unpinned = await sql`
    select proname from pg_proc
    where pronamespace = 'deploy_queue'::regnamespace
      and not exists (select from pg_depend where objid = pg_proc.oid and classid = 'pg_proc'::regclass and deptype = 'e')
      -- A body of standard SQL is read when it is created, and the transaction that creates it pins the path.
      and prosqlbody is null
      and not exists (select from unnest(proconfig) as setting where setting = 'search_path=pg_catalog, pg_temp')
      and proname <> '_now'
      and proname not in ${sql(usedOften)}
    order by proname`;
  expect(unpinned.map(({ proname }) => proname)).toEqual([
    "_blocker",
    "_demands",
    "_exclusion_key",
    "_has_ended",
    "_holder_kind",
    "_holds_until",
    "_may_be_started",
    "_precedes",
    "_unless_same",
  ]);
});

test("a function that has the search_path of its callers is called by nobody but functions that pin theirs", async () => {
  // They run several times in each deployment, and a setting of its own costs a function as much as all that a short one does.
  const reachable = await sql`
    select proname from pg_proc
    where pronamespace = 'deploy_queue'::regnamespace and proname in ${sql(usedOften)} and (
      prosecdef
      or exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) as given where given.grantee <> proowner)
      -- Views, defaults, constraints, policies and bodies of standard SQL run with the search_path of the session.
      or exists (select from pg_depend where refclassid = 'pg_proc'::regclass and refobjid = pg_proc.oid)
    )`;
  expect(reachable).toEqual([]);
});

test("every function has a name of its own: a call cannot mean two", async () => {
  // "create or replace" with one more argument makes a second one, and old calls become ambiguous.
  const ambiguous = await sql`
    select proname from pg_proc
    where pronamespace = 'deploy_queue'::regnamespace
      and not exists (select from pg_depend where objid = pg_proc.oid and classid = 'pg_proc'::regclass and deptype = 'e')
    group by proname having count(*) > 1`;
  expect(ambiguous).toEqual([]);
});

test("every function states its volatility", () => {
  const silent = [...textsUnder("sql", ".sql")].filter(
    ([, text]) =>
      text.includes("create or replace function") &&
      !/^language (?:sql|plpgsql) (?:volatile|stable|immutable)\b/m.test(text),
  );
  expect(silent.map(([name]) => name)).toEqual([]);
});

test("every public function, table, view and type has a comment", async () => {
  const silent = await sql`
    select proname as name from pg_proc
    where pronamespace = 'deploy_queue'::regnamespace
      and not exists (select from pg_depend where objid = pg_proc.oid and classid = 'pg_proc'::regclass and deptype = 'e')
      and proname !~ '^(_|tg_)'
      and obj_description(oid, 'pg_proc') is null
    union all
    select relname from pg_class
    where relnamespace = 'deploy_queue'::regnamespace and relkind in ('r', 'v', 'm')
      and obj_description(oid, 'pg_class') is null
    union all
    select typname from pg_type
    where typnamespace = 'deploy_queue'::regnamespace and (typtype = 'e' or typtype = 'c' and exists (
      select from pg_class where pg_class.oid = typrelid and relkind = 'c'
    )) and obj_description(oid, 'pg_type') is null`;
  expect(silent).toEqual([]);
});

test("every column of a public view has a comment", async () => {
  const silent = await sql`
    select pg_class.relname as view, pg_attribute.attname as column
    from pg_class
    join pg_attribute on attrelid = pg_class.oid and attnum > 0
    where relnamespace = 'deploy_queue'::regnamespace and relkind = 'v' and not starts_with(relname, '_')
      and col_description(pg_class.oid, attnum) is null
    order by 1, attnum`;
  expect(silent).toEqual([]);
});

test("every file in sql/ but those of an adoption is included, and what is included exists", () => {
  const texts = textsUnder("sql", ".sql");
  const included = [...(texts.get("all.sql") ?? "").matchAll(/^--!include (\S+)$/gm)].map(([, name]) => name);
  texts.delete("all.sql");
  expect(included.sort()).toEqual([...texts.keys()].filter((name) => !name.startsWith("adoption/")).sort());
});

test("every error code is raised by a test", () => {
  const raised = codesIn(textsUnder("sql", ".sql").values());
  const texts = ["tests/sql", "tests/security"].flatMap((folder) => [...textsUnder(folder, ".test.ts").values()]);
  // What a test merely tolerates, it need not meet.
  const expected = codesIn(texts.map((text) => text.replaceAll(/\["ok", .*?\]/g, "")));
  expect(raised.size).toBeGreaterThan(0);
  expect([...raised].filter((code) => !expected.has(code))).toEqual([]);
});

test("every error code is in the list of the docs and has its class, and no other is", () => {
  const raised = [...codesIn(textsUnder("sql", ".sql").values())].sort();
  const text = (path: string) => readFileSync(join(root, path), "utf8");
  const listed = [...text("docs/sql-api.md").matchAll(/^\| (QD\d{3}) /gm)].map(([, code]) => code);
  const mapped = [...text("src/queue/errors.ts").matchAll(/^ {2}(QD\d{3}): /gm)].map(([, code]) => code);
  expect(listed).toEqual(raised);
  expect(mapped).toEqual(raised);
});

test("no text in sql/ names a command: the command line writes calls and views as commands by itself", () => {
  const commands = new RegExp(`deploy-queue (${commandPaths.join("|")})\\b`);
  const telling = [...textsUnder("sql", ".sql")].filter(([, text]) => commands.test(text));
  expect(telling.map(([name]) => name)).toEqual([]);
});

test("a call or view that a hint names is printed as a command that exists", () => {
  const hints = [...textsUnder("sql", ".sql").values()].flatMap((text) => text.match(/\bhint = .*/g) ?? []);
  const printed = hints.flatMap(
    (hint) => callsAsCommands(hint.replace(/%\S*s/g, "1")).match(/"deploy-queue .*?"/g) ?? [],
  );
  expect(printed.length).toBeGreaterThan(8);
  const wrong = printed.filter(
    (text) =>
      !commandPaths.includes(text.replace(/^"deploy-queue (.*?)(?: 1(?: --verified)?| \.\.\. --create)?"$/, "$1")),
  );
  expect(wrong).toEqual([]);
});

test("every constraint has a name that was chosen", async () => {
  const generated = await sql`
    select conname from pg_constraint
    where connamespace = 'deploy_queue'::regnamespace and conname ~ '_(check|excl|key)[0-9]*$'`;
  expect(generated).toEqual([]);
});

test("a column of deployments either changes with a transition or is kept by the trigger of those that never do", async () => {
  const changing = await sql<{ name: string }[]>`
    select attname as name from pg_attribute
    where attrelid = 'deploy_queue.deployments'::regclass and attnum > 0 and not attisdropped
      and attnum <> all ((select tgattr from pg_trigger where tgname = 'tg_deployments__fixed')::int2[])
    order by attname`;
  expect(changing.map(({ name }) => name)).toEqual([
    ...["alive_until", "cancellation_kind", "cancellation_note", "cancellation_timestamp", "confirmation"],
    ...["finish_timestamp", "heartbeat_timestamp", "hold", "keeper", "kept", "priority", "release_key"],
    ...["start_timestamp", "stop_grace", "stop_timestamp", "updated_at", "verified_at", "verifying_since"],
  ]);
});

test("no view has a row in an empty database, nor an error", async () => {
  const views = await sql<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'deploy_queue'::regnamespace and relkind = 'v'`;
  expect(views.length).toBeGreaterThan(15);
  for (const { name } of views) {
    expect(await sql`select * from ${sql(`deploy_queue.${name}`)}`, name).toHaveLength(0);
  }
});

test("every public function and view has the test file of its name, in the folder of its subject", () => {
  const camelCase = (name: string) => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const wanted = [...textsUnder("sql", ".sql").keys()].flatMap((path) => {
    const [, subject, name] = /^(\w+)\/([a-z]\w*)\.sql$/.exec(path) ?? [];
    return name === undefined || name.startsWith("tg_") || path === "adoption/preview_adoption.sql"
      ? []
      : [`${subject}/${camelCase(name)}.test.ts`];
  });
  const tests = textsUnder("tests/sql", ".test.ts");
  expect(wanted.length).toBeGreaterThan(50);
  expect(wanted.filter((path) => !tests.has(path))).toEqual([]);
});

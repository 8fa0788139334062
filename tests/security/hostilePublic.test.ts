// On a database where every role may create in public, nothing of the queue may mean what a stranger has put there.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { useCommandLine } from "../support/commandLine.js";
import { startWorker, stopsInTime } from "../support/worker.js";

const line = useCommandLine();
const { sql, queue } = line;

test("the worker calls no function of public, however well its arguments fit", async () => {
  await sql.unsafe(`
    create table public.calls (name text);
    create function public.unnest(text[]) returns setof text language plpgsql as $$
    begin
      insert into public.calls values ('unnest');
      return query select pg_catalog.unnest($1);
    end; $$;`);
  try {
    await stopsInTime(await startWorker(line));
    expect(await sql`select name from public.calls`).toEqual([]);
  } finally {
    await sql.unsafe("drop function public.unnest(text[]); drop table public.calls");
  }
});

test("an object of ours that depends on a stranger's function is found by health", async () => {
  expect(await sql`select deploy_queue._foreign_dependencies()`).toEqual([]);
  await sql.unsafe(`
    create function public.planted(interval) returns boolean language sql immutable return true;
    alter table deploy_queue.environments add constraint planted check (public.planted(buffer_time));`);
  try {
    expect(await queue.upkeep.health()).toContainEqual({
      name: "rules",
      status: "failed",
      text: expect.stringContaining("depends on function public.planted(interval)"),
    });
  } finally {
    await sql.unsafe(
      "alter table deploy_queue.environments drop constraint planted; drop function public.planted(interval)",
    );
  }
});

test("a migration refuses a schema with such an object", async () => {
  await sql.unsafe(`
    create function public.planted(interval) returns boolean language sql immutable return true;
    alter table deploy_queue.environments add constraint planted check (public.planted(buffer_time));`);
  const refuse = sql.unsafe(readFileSync(join(import.meta.dirname, "../../sql/foreign.sql"), "utf8"));
  await expect(refuse).rejects.toMatchObject({ code: "QD040" });
});

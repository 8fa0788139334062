// On a database where every role may create in public, nothing of the queue may mean what a stranger has put there.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { useDatabase } from "../support/database.js";

const database = useDatabase();
const { sql, queue } = database;

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

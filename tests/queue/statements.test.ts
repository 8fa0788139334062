import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { useDatabase } from "../support/database.js";
import { newLine } from "../support/line.js";

const database = useDatabase();
const { queue, sql } = database;
const line = newLine(database);
const sources = join(import.meta.dirname, "../../src");
const files = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));

function textOf(file: string): string {
  return readFileSync(join(sources, file), "utf8");
}

test("only what is about the database has SQL: the queue calls functions and reads views by their names", () => {
  const withSql = files.filter((file) => /\bsql(?:`|\.unsafe)/.test(textOf(file)));
  expect(withSql.filter((file) => !file.startsWith("database/")).sort()).toEqual([
    join("queue", "calls", "adoption.ts"),
    join("queue", "databaseSource.ts"),
  ]);
});

/** Twins for dashboards, and what the library says in its own way: status of a row, reasons with their cures, heartbeats, reservations, reports by week, logs; questions of what can only poll. */
const otherwise = ["prod_current_deployments", "prod_finished_deployments", "prod_latest_deployments"];
const inItsOwnWay = [
  "ask_turn",
  "deployment_log",
  "get_deployment_status",
  "explain",
  "heartbeats",
  "poll_work",
  "reserve",
  "transitions",
  "weekly_figures",
];

test("the library offers every public function and view", async () => {
  const objects = await sql<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'deploy_queue'::regnamespace and relkind = 'v'
    union
    select proname from pg_proc join pg_language on pg_language.oid = prolang and lanname in ('sql', 'plpgsql')
    where pronamespace = 'deploy_queue'::regnamespace and prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
    order by name`;
  const text = files
    .filter((file) => /^(?:queue|database)\//.test(file))
    .map(textOf)
    .join("\n");
  const missing = objects
    .map(({ name }) => name)
    .filter((name) => !name.startsWith("_") && !new RegExp(`"${name}"|deploy_queue\\.${name}\\b`).test(text));
  expect(missing.sort()).toEqual([...inItsOwnWay, ...otherwise].sort());
});

test("what no command reads can be read from the library", async () => {
  await line.add("finished");
  await line.add("running");
  const id = await line.add("queued");
  const since = new Date(0);
  expect(await queue.line.blockers(id)).toHaveLength(1);
  expect((await queue.boards.finished("dev", since)).length).toBeGreaterThan(0);
  expect(await queue.boards.timeline("dev", since)).toContainEqual(expect.objectContaining({ state: "running" }));
  expect(await queue.boards.latest("dev")).toEqual(expect.any(Array));
  expect(await queue.boards.stuck()).toEqual(expect.any(Array));
  expect(await queue.boards.usualDurations("dev")).toContainEqual(
    expect.objectContaining({ avg_duration: expect.any(Number), deployment_count: 1 }),
  );
  const week = { environment: "dev", week: expect.any(Date), deployment_count: 1 };
  expect(await queue.reports.waitTime("dev")).toMatchObject([
    { ...week, deployment_count: 2, max_wait_time: expect.any(Number) },
  ]);
  expect(await queue.reports.leadTime("dev")).toMatchObject([{ ...week, p90_lead_time: expect.any(Number) }]);
  expect(await queue.reports.deploymentFrequency("dev")).toMatchObject([{ ...week, day_count: 1 }]);
  expect(await queue.reports.cancellationRate("dev")).toMatchObject([{ ...week, cancellation_rate: 0 }]);
});

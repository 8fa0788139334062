import { beforeAll, expect, test } from "vitest";
import { type Running, send, useApi } from "../../support/api.js";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { type Stream, streamOf } from "../../support/streamOf.js";
import { until } from "../../support/until.js";

const database = useDatabase();
const api = useApi(database);
let server: Running;
let reader: string;

beforeAll(async () => {
  server = await api.start();
  reader = await api.token("reader");
});
const watch = (query = "", headers: Record<string, string> = {}) =>
  streamOf(`${server.base}/v1/events${query}`, reader, headers);
const told = (stream: Stream) => stream.events.map(({ data }) => `${data["deployment_id"]} ${data["status"]}`);

test("every transition is told, and those of one environment only where it is named", async () => {
  const all = await watch();
  const ofProd = await watch("?environment=prod");
  const dev = await newLine(database).add("finished");
  const prod = await newLine(database, "prod").add("running");

  await until("they were told", () => all.events.length === 5 && ofProd.events.length === 2);
  expect(told(all)).toEqual([
    `${dev} queued`,
    `${dev} running`,
    `${dev} finished`,
    `${prod} queued`,
    `${prod} running`,
  ]);
  expect(told(ofProd)).toEqual([`${prod} queued`, `${prod} running`]);
  expect(all.events[0]).toMatchObject({ event: "transition", data: { environment: "dev", cloud_provider: "aws" } });
});

test("a client that comes back is told what it has missed, at another server as well", async () => {
  const first = await watch();
  const seen = await newLine(database).add("running");
  const { id } = await first.nextOf("transition");
  first.close();
  const missed = await newLine(database).add("queued");

  server = await api.start();
  const again = await watch("", { "last-event-id": String(id) });
  await until("it was told", () => told(again).includes(`${missed} queued`));
  expect(told(again)).toContain(`${seen} running`);
  const later = await newLine(database).add("queued");
  await until("it is told what comes", () => told(again).includes(`${later} queued`));
});

test("what happens while the server hears nothing is told afterwards", async () => {
  const stream = await watch();
  await newLine(database).add("queued");
  await stream.next();
  await database.sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'deploy-queue serve'`;
  const missed = await newLine(database).add("queued");
  await until("it was told", () => told(stream).includes(`${missed} queued`));
});

test("a caller that is not known is refused", async () => {
  expect((await send(server.base, "unknown", "GET", "/v1/events")).status).toBe(401);
});

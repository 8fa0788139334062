import { beforeAll, expect, test } from "vitest";
import { type Running, send, useApi } from "../../support/api.js";
import { useDatabase } from "../../support/database.js";
import { streamOf } from "../../support/streamOf.js";
import { until } from "../../support/until.js";

const database = useDatabase();
const api = useApi(database);
let one: Running;
let other: Running;
let ci: string;
let places = 0;

beforeAll(async () => {
  [one, other] = await Promise.all([api.start(), api.start()]);
  ci = await api.token("deployer");
});

async function enter(fields: object = {}, place = places++): Promise<number> {
  const cell = {
    environment: "dev",
    cloud_provider: "aws",
    region: `stream-${place}`,
    cell_index: 0,
    component: "api",
  };
  const { body } = await send(one.base, ci, "POST", "/v1/deployments", { ...cell, ...fields });
  return Number(body["deployment_id"]);
}
const act = (id: number, verb: string, body?: object) =>
  send(other.base, ci, "POST", `/v1/deployments/${id}/${verb}`, body);
const follow = (id: number, { base } = one, secret = ci) => streamOf(`${base}/v1/deployments/${id}/events`, secret);

test("a stream tells that a deployment waits, that its turn has come, that it has started, and that it has ended", async () => {
  const place = places++;
  const holder = await enter({ start: true, component: "holder" }, place);
  const id = await enter({}, place);

  const stream = await follow(id);
  expect(await stream.next()).toMatchObject({
    event: "waiting",
    data: {
      ...{ deployment_id: id, status: "queued", position: 1, blocker_count: 1 },
      blockers: [{ deployment_id: holder, kind: "running" }],
      waiting_on: [{ kind: "running", deployment_id: holder }],
    },
  });
  await act(holder, "finish");
  expect(await stream.nextOf("turn")).toMatchObject({ data: { deployment_id: id } });
  await act(id, "start");
  expect(await stream.nextOf("started")).toMatchObject({ data: { deployment_id: id, status: "running" } });
  await act(id, "finish");
  expect(await stream.nextOf("ended")).toMatchObject({ data: { status: "finished" } });
  await until("the stream ended", stream.hasEnded);
  expect(stream.events.at(-1)?.data).not.toHaveProperty("keeper");
});

test("what is woken and does not start is told where it stands", async () => {
  const place = places++;
  const holder = await enter({ start: true, component: "holder" }, place);
  const id = await enter({}, place);
  const stream = await follow(id);
  await stream.nextOf("waiting");

  await act(holder, "finish");
  expect(await stream.nextOf("turn")).toMatchObject({ data: { deployment_id: id } });
  expect(await stream.nextOf("turn")).toMatchObject({ data: { deployment_id: id, position: 1, waiting_on: [] } });
});

test("those behind are told when they have moved up, and not when nothing has changed for them", async () => {
  const place = places++;
  await enter({ start: true, component: "holder" }, place);
  const ahead = await enter({ component: "ahead" }, place);
  const id = await enter({}, place);
  const stream = await follow(id);
  expect(await stream.next()).toMatchObject({ event: "waiting", data: { position: 2 } });

  await enter({ component: "behind" }, place);
  await act(ahead, "cancel");
  expect(await stream.next()).toMatchObject({ event: "waiting", data: { position: 1 } });
});

test("a gate that is set later is told", async () => {
  await database.queue.environments.set("gated-later", { bufferTime: 0 });
  const place = { environment: "gated-later", region: `stream-${places++}` };
  await enter({ ...place, start: true, component: "holder" });
  const stream = await follow(await enter({ ...place, heartbeat: true }));
  expect(await stream.next()).toMatchObject({ event: "waiting", data: { waiting_on: [{ kind: "running" }] } });

  await database.queue.environments.set("gated-later", { approvals: 1 });
  expect(await stream.nextOf("waiting")).toMatchObject({
    data: { waiting_on: expect.arrayContaining([expect.objectContaining({ kind: "approval" })]) },
  });
});

test("what is asked to stop is told", async () => {
  const id = await enter({ start: true, heartbeat: true, stop_grace: 30 });
  const stream = await follow(id);
  expect(await stream.next()).toMatchObject({ event: "started" });

  await act(id, "cancel", { cancellation_note: "enough" });
  expect(await stream.nextOf("stopping")).toMatchObject({ data: { cancellation_note: "enough" } });
  await act(id, "confirm-stop");
  expect(await stream.nextOf("ended")).toMatchObject({ data: { status: "cancelled" } });
});

test("time alone makes a turn", async () => {
  const soon = new Date(Date.now() + 1_500).toISOString();
  const id = await enter({ not_before: soon });

  const stream = await follow(id);
  expect(await stream.next()).toMatchObject({ event: "waiting", data: { waiting_on: [{ kind: "schedule" }] } });
  expect(await stream.nextOf("turn")).toBeDefined();
});

test("the streams of two servers tell the same", async () => {
  const id = await enter();
  const streams = [await follow(id, one), await follow(id, other)];
  for (const stream of streams) {
    expect(await stream.next()).toMatchObject({ event: "turn" });
  }

  await act(id, "start");
  for (const stream of streams) {
    expect(await stream.nextOf("started")).toBeDefined();
  }
});

test("a stream that is opened again begins with what is true then", async () => {
  const id = await enter();
  const first = await follow(id);
  await first.nextOf("turn");
  first.close();
  await act(id, "start");

  expect(await (await follow(id, other)).next()).toMatchObject({ event: "started" });
});

test("streams go on after the server has lost its connections", async () => {
  const id = await enter();
  const stream = await follow(id);
  await stream.nextOf("turn");

  await database.sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'deploy-queue serve'`;
  await database.queue.tryStart(id);
  expect(await stream.nextOf("started")).toBeDefined();
});

test("a stream ends when its token is revoked", async () => {
  const name = await api.token("deployer");
  const id = await enter();
  const stream = await follow(id, one, name);
  await stream.nextOf("turn");

  await database.queue.tokens.revoke(name);
  await act(id, "start");
  await until("the stream ended", stream.hasEnded);
  expect(stream.events.map(({ event }) => event)).toEqual(["turn"]);
});

test.each([
  ["unknown", "1", 401],
  ["", "999999", 404],
  ["", "x", 400],
])('a stream with the token "%s" of deployment %s is refused', async (secret, id, status) => {
  const path = `/v1/deployments/${id}/events`;
  expect((await send(one.base, secret === "" ? ci : secret, "GET", path)).status).toBe(status);
});

test("500 streams take four connections, and one of them is told of its turn", async () => {
  const place = places++;
  const holder = await enter({ start: true, component: "holder" }, place);
  const ids = await Promise.all(Array.from({ length: 20 }, () => enter({}, place)));
  const streams = await Promise.all(Array.from({ length: 500 }, (_, index) => follow(ids[index % 20] ?? 0)));
  for (const stream of streams) {
    expect(await stream.next()).toMatchObject({ event: "waiting" });
  }

  const [first = 0] = [...ids].sort((a, b) => a - b);
  await act(holder, "finish");
  const firsts = streams.filter((_, index) => ids[index % 20] === first);
  for (const stream of firsts) {
    expect(await stream.nextOf("turn")).toMatchObject({ data: { deployment_id: first } });
  }
  const [{ count } = { count: 0 }] = await database.sql<{ count: number }[]>`
    select count(*) from pg_stat_activity where datname = current_database() and application_name = 'deploy-queue serve'`;
  expect(count).toBeLessThanOrEqual(2 * 4);
  expect(api.complaints).toEqual([]);
});

import { request } from "node:http";
import { beforeAll, expect, test } from "vitest";
import { type Running, send, useApi } from "../../support/api.js";
import { useDatabase } from "../../support/database.js";
import { until } from "../../support/until.js";

const database = useDatabase();
const { sql } = database;
const api = useApi(database);
let server: Running;
let ci: string;
let cells = 0;

beforeAll(async () => {
  server = await api.start();
  ci = await api.token("deployer");
});

async function enter(fields: object = {}, cell_index = cells++): Promise<number> {
  const cell = { environment: "dev", cloud_provider: "aws", region: "in-time", cell_index, component: "api" };
  const { body } = await send(server.base, ci, "POST", "/v1/deployments", { ...cell, ...fields });
  return Number(body["deployment_id"]);
}
const start = (id: number, seconds: number, body?: object) =>
  send(server.base, ci, "POST", `/v1/deployments/${id}/start?wait=${seconds}`, body);

/** A holder of a cell, and one that waits behind it. */
async function line(fields: object = {}): Promise<{ holder: number; id: number }> {
  const cell = cells++;
  return { holder: await enter({ start: true, component: "holder" }, cell), id: await enter(fields, cell) };
}
const attempts = async (id: number): Promise<number> => {
  const [row] = await sql<{ count: number }[]>`
    select count(*) from deploy_queue.deployment_events where deployment_id = ${id} and kind = 'refused'`;
  return row?.count ?? 0;
};

test("it answers when its turn has come and it has started", async () => {
  const { holder, id } = await line();
  const answer = start(id, 60);
  await until("it waits", async () => (await attempts(id)) > 0);

  await send(server.base, ci, "POST", `/v1/deployments/${holder}/finish`);
  expect(await answer).toMatchObject({ status: 200, body: { started: true, deployment: { deployment_id: id } } });
});

test("it answers with what it waits for when the time is over", async () => {
  const { holder, id } = await line();
  expect(await start(id, 0.2)).toMatchObject({
    ...{ status: 202, body: { started: false, waiting_on: [{ kind: "running", deployment_id: holder }] } },
  });
});

test("one that is cancelled meanwhile is told at once", async () => {
  const { id } = await line();
  const answer = start(id, 60);
  await until("it waits", async () => (await attempts(id)) > 0);
  await send(server.base, ci, "POST", `/v1/deployments/${id}/cancel`, { cancellation_note: "no" });
  expect(await answer).toMatchObject({ status: 409, body: { code: "QD005" } });
});

test("what it starts has a lease of a minute until the client's own first heartbeat", async () => {
  const id = await enter({ heartbeat: true });
  const { body } = await start(id, 60, { heartbeat: true });
  expect(body).toMatchObject({ started: true, look_again_in: 20 });
  const lease = async () =>
    (
      await sql`select extract(epoch from alive_until - heartbeat_timestamp)::int as seconds from deploy_queue.deployments where id = ${id}`
    )[0];
  expect(await lease()).toEqual({ seconds: 60 });

  await send(server.base, ci, "POST", `/v1/deployments/${id}/heartbeat`, {});
  expect(await lease()).toEqual({ seconds: 900 });
});

test("nothing is started for a client that has gone, and nothing of it is left", async () => {
  const { holder, id } = await line();
  const asking = request(`${server.base}/v1/deployments/${id}/start?wait=60`, {
    method: "POST",
    headers: { authorization: `Bearer ${ci}` },
  });
  asking.on("error", () => undefined).end();
  await until("it waits", async () => (await attempts(id)) > 0);
  asking.destroy();
  await until("the server has noticed", () => server.app.hub.size === 0);

  await send(server.base, ci, "POST", `/v1/deployments/${holder}/finish`);
  expect(await database.queue.deployment(id)).toMatchObject({ status: "queued" });
});

test("a server that stops answers at once", async () => {
  const { id } = await line();
  const stopping = await api.start();
  const answer = send(stopping.base, ci, "POST", `/v1/deployments/${id}/start?wait=300`);
  await until("it waits", async () => (await attempts(id)) > 0);
  await stopping.app.close();
  expect(await answer).toMatchObject({ status: 202, body: { started: false } });
});

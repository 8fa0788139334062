import { beforeAll, expect, test } from "vitest";
import { type Running, send, useApi } from "../../support/api.js";
import { useDatabase } from "../../support/database.js";
import { streamOf } from "../../support/streamOf.js";
import { until } from "../../support/until.js";

const database = useDatabase();
const { sql } = database;
const api = useApi(database);
let server: Running;
let ci: string;
let cells = 0;

beforeAll(async () => {
  await database.queue.environments.set("dev", { heartbeatTimeout: 2 });
  server = await api.start();
  ci = await api.token("deployer");
});

const newCell = () => ({
  ...{ environment: "dev", cloud_provider: "aws", region: "leases", cell_index: cells++, component: "api" },
});

async function enter(fields: object): Promise<number> {
  const { body } = await send(server.base, ci, "POST", "/v1/deployments", { heartbeat: true, ...fields });
  return Number(body["deployment_id"]);
}

const beats = async (id: number): Promise<Date> => {
  const [row] = await sql<
    { at: Date }[]
  >`select heartbeat_timestamp as at from deploy_queue.deployments where id = ${id}`;
  return row?.at ?? new Date(0);
};

test("a wait is kept while its stream is open, on another server as well, and no longer", async () => {
  const cell = newCell();
  await database.queue.tryStart((await database.enqueue({ region: cell.region, cellIndex: cell.cell_index })).id);
  const id = await enter({ ...cell, keeper: "process-1" });
  const stream = await streamOf(`${server.base}/v1/deployments/${id}/events?keeper=process-1`, ci);
  await stream.next();
  expect(await stream.nextOf("kept")).toMatchObject({ data: { deployment_id: id } });
  const first = await beats(id);
  await until("two more heartbeats came", async () => (await beats(id)).getTime() - first.getTime() > 1_400);

  const another = await api.start();
  await server.app.close();
  await until("the stream ended", stream.hasEnded);
  expect(stream.comments).toContain("this server stops; open the stream again");
  const again = await streamOf(`${another.base}/v1/deployments/${id}/events?keeper=process-1`, ci);
  expect(await again.next()).toMatchObject({ event: "waiting", data: { deployment_id: id } });
  await again.nextOf("kept");
  const taken = await beats(id);
  await until("it is kept there", async () => (await beats(id)) > taken);

  again.close();
  await until("nobody keeps it", async () => {
    await sql`select deploy_queue.reap_stale_deployments()`;
    return (await database.queue.deployment(id)).status === "cancelled";
  });
  server = another;
});

test("what runs is not kept by a stream", async () => {
  const id = await enter({ ...newCell(), start: true });
  const stream = await streamOf(`${server.base}/v1/deployments/${id}/events`, ci);
  await stream.next();

  await until("it is reaped", async () => {
    await sql`select deploy_queue.reap_stale_deployments()`;
    return (await database.queue.deployment(id)).status === "cancelled";
  });
  expect(await stream.nextOf("ended")).toBeDefined();
});

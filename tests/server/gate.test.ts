import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { type Running, send, useApi } from "../support/api.js";
import { useDatabase } from "../support/database.js";
import { until } from "../support/until.js";

const database = useDatabase();
const api = useApi(database);
let server: Running;
let ci: string;
let cells = 0;

beforeAll(async () => {
  server = await api.start();
  ci = await api.token("deployer");
});

/** A cell with a holder. */
async function heldCell() {
  const region = `gate-${cells++}`;
  const { id: holder } = await database.enqueue({ region, component: "holder" });
  await database.queue.tryStart(holder);
  return { holder, place: `environment=dev&cloud_provider=aws&region=${region}&cell_index=0&component=api` };
}
const ask = (query: string, method = "GET", body?: object) => send(server.base, ci, method, `/v1/gate?${query}`, body);

test("a check that polls is told to wait, when to ask again, and to proceed when its turn has come", async () => {
  const { holder, place } = await heldCell();
  const query = `${place}&sequence=3&max_duration=60&ask_every=300`;

  const early = await ask(query);
  expect(early).toMatchObject({ status: 200, body: { proceed: false, retry_after: 300 } });
  expect(early.headers.get("retry-after")).toBe("300");
  expect(await ask(query, "POST")).toMatchObject({ status: 200, body: early.body });
  await database.queue.finish(holder);
  const { body } = await ask(query);
  expect(body).toMatchObject({ proceed: true, retry_after: null, deployment_id: early.body["deployment_id"] });

  await send(server.base, ci, "POST", `/v1/deployments/${body["deployment_id"]}/finish`);
  expect(await ask(query)).toMatchObject({ status: 409, body: { code: "QD006" } });
});

test("a body says the same as a query, and a key stands for a sequence", async () => {
  const { place } = await heldCell();
  const { body } = await ask(`${place}&max_duration=60&idempotency_key=run-1`);
  const same = { ...Object.fromEntries(new URLSearchParams(place)), cell_index: 0, max_duration: 60 };
  const { body: again } = await ask("", "POST", { ...same, idempotency_key: "run-1" });
  expect(again["deployment_id"]).toBe(body["deployment_id"]);
});

test.each([
  ["sequence=1", "max_duration"],
  ["max_duration=60", "sequence or idempotency_key"],
  ["sequence=1&max_duration=60&colour=red", "colour"],
])("a question with %s only is refused, and the field is named", async (query, field) => {
  const { place } = await heldCell();
  expect(await ask(`${place}&${query}`)).toMatchObject({
    ...{ status: 400, body: { detail: expect.stringContaining(field) } },
  });
});

test("a loop of curl waits for its turn", async () => {
  const { holder, place } = await heldCell();
  const loop = `until answer=$(curl -fsS "$gate" -H "$header") || exit 1; case $answer in *'"proceed":true'*) true;; *) false;; esac; do sleep 0.2; done; echo "$answer"`;
  const end = promisify(execFile)("sh", ["-c", loop], {
    env: {
      ...process.env,
      gate: `${server.base}/v1/gate?${place}&sequence=1&max_duration=60`,
      header: `Authorization: Bearer ${ci}`,
    },
  });
  await until("it waits", async () => (await database.queue.line.queued("dev")).some(({ sequence }) => sequence === 1));
  await database.queue.finish(holder);
  expect((await end).stdout).toContain('"proceed":true');
});

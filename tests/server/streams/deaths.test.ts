import { connect } from "node:net";
import { beforeAll, expect, test } from "vitest";
import { type Running, send, useApi } from "../../support/api.js";
import { newPlace, useCommandLine } from "../../support/commandLine.js";
import { type Stream, streamOf } from "../../support/streamOf.js";
import { until } from "../../support/until.js";

const cli = useCommandLine();
const api = useApi(cli);
let here: Running;
let ci: string;

beforeAll(async () => {
  here = await api.start();
  ci = await api.token("deployer");
});

/** A server in a process of its own. */
async function launch(): Promise<{ base: string; kill: () => void }> {
  const { process, printed } = cli.launch(["serve", "--listen", "127.0.0.1:0"]);
  const [, base = ""] = await printed(/listening on (http:\S+)/);
  return { base, kill: () => process.kill("SIGKILL") };
}

test("a server that is killed under its waiters takes no place with it, and they start in order at another one", async () => {
  const { environment, region } = newPlace();
  const cell = { environment, cloud_provider: "aws", region, cell_index: 0, component: "api" };
  const { id: holder } = await cli.enqueue({ region, component: "holder" });
  await cli.queue.tryStart(holder);
  const dying = await launch();
  const ids: number[] = [];
  for (let count = 0; count < 20; count += 1) {
    const { body } = await send(dying.base, ci, "POST", "/v1/deployments", { ...cell, heartbeat: true });
    ids.push(Number(body["deployment_id"]));
  }
  const follow = (base: string) => Promise.all(ids.map((id) => streamOf(`${base}/v1/deployments/${id}/events`, ci)));
  const broken = await follow(dying.base);
  for (const stream of broken) {
    await stream.nextOf("waiting");
  }

  dying.kill();
  await until("all streams broke", () => broken.every((stream) => stream.hasEnded()));
  await cli.queue.finish(holder);
  const streams = await follow(here.base);
  for (const [index, id] of ids.entries()) {
    await streams[index]?.nextOf("turn");
    const path = `/v1/deployments/${id}`;
    expect(await send(here.base, ci, "POST", `${path}/start`), path).toMatchObject({ body: { started: true } });
    await send(here.base, ci, "POST", `${path}/finish`);
  }
  expect((await cli.sql`select * from deploy_queue.verify_history()`).length).toBe(0);
});

test("a client that leaves at any moment leaves nothing behind", async () => {
  const { id } = await cli.enqueue();
  const { hostname, port } = new URL(here.base);
  const head = `GET /v1/deployments/${id}/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ci}\r\n\r\n`;
  const leaveAfter = (milliseconds: number, sent: string) =>
    new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(sent);
        setTimeout(() => socket.destroy(), milliseconds);
      });
      socket.once("close", () => resolve()).on("error", () => undefined);
    });
  const moments = Array.from({ length: 40 }, (_, index) => index);
  await Promise.all([
    ...moments.map((moment) => leaveAfter(moment, head)),
    ...moments.map((moment) => leaveAfter(moment / 4, head.slice(0, head.length - moment))),
    ...moments.map((moment) => leaveAfter(moment, head.replace("GET", "POST").replace("/events", "/start?wait=60"))),
  ]);

  await until("nobody follows", () => here.app.hub.size === 0);
  const stream: Stream = await streamOf(`${here.base}/v1/deployments/${id}/events`, ci);
  expect(await stream.next()).toMatchObject({ data: { deployment_id: id } });
  // Requests whose clients had left by then may still have been on their way in.
  await until("nobody else follows", () => here.app.hub.size === 1);
});

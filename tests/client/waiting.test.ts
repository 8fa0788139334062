import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { transitionsChannel } from "../../src/queue/channels.js";
import type { DeploymentRequest } from "../../src/queue/deployment.js";
import { DeployQueue } from "../../src/queue/deployQueue.js";
import { HttpSource } from "../../src/queue/httpSource.js";
import { isBlockedBy, newPlace, useCommandLine } from "../support/commandLine.js";
import { useHttpServer } from "../support/httpServer.js";
import { useIssuer } from "../support/issuer.js";
import { newTrust } from "../support/trusts.js";
import { until } from "../support/until.js";

const cli = useCommandLine();
const server = useHttpServer(cli);
const issuer = useIssuer();

async function variablesOf(url = server.base) {
  return {
    ...{ DEPLOY_QUEUE_DATABASE_URL: undefined, DEPLOY_QUEUE_URL: url },
    DEPLOY_QUEUE_TOKEN: await server.tokenOf("deployer"),
  };
}

test("a command waits behind another one, runs when its turn comes, and does not know the token", async () => {
  const place = newPlace();
  const holder = await cli.running(place);
  const words = ["sh", "-c", 'echo "$DEPLOY_QUEUE_TOKEN $DEPLOY_QUEUE_DEPLOYMENT_ID"'];
  const run = cli.launch(["run", ...place.options, "--", ...words], await variablesOf());
  await isBlockedBy(run, holder);

  await cli.queue.finish(holder);
  const { code, stdout } = await run.end;
  expect(code).toBe(0);
  const [, id] = /^withheld (\d+)$/m.exec(stdout) ?? [];
  expect(await cli.row(Number(id))).toMatchObject({
    status: "finished",
    entered_by: "token deployer",
    actor: "tester",
  });
});

test("the server renews the lease of a wait that is followed, and the command asks for nothing meanwhile", async () => {
  const place = newPlace();
  await cli.queue.environments.set("dev", { heartbeatTimeout: 2 });
  onTestFinished(async () => void (await cli.queue.environments.set("dev", { heartbeatTimeout: 900 })));
  const holder = await cli.running(place);
  const run = cli.launch(["run", ...place.options, "--", "true"], await variablesOf());
  await isBlockedBy(run, holder);
  const [waiting] = await cli.queue.line.queued();
  const id = waiting?.deployment_id ?? 0;
  const calls = () => server.debugged.filter((line) => line.includes("/v1/call/")).length;

  // The first sleep is as long as that of a client that keeps itself.
  let [seen, since] = [calls(), new Date()];
  await until("three heartbeats came without a call", async () => {
    const { heartbeat_timestamp: beat } = await cli.row(id);
    if (calls() !== seen) {
      [seen, since] = [calls(), new Date()];
    }
    return Number(beat) - Number(since) > 2_100;
  });
  await cli.queue.finish(holder);
  expect((await run.end).code).toBe(0);
});

test("a job of a CI system needs no token but its own", async () => {
  await newTrust(cli.sql, { issuer: issuer.url, claims: { repository_id: "74" } });
  const place = newPlace();
  const run = cli.launch(["run", ...place.options, "--", "sh", "-c", 'echo "[$DEPLOY_QUEUE_ID_TOKEN]"'], {
    ...{ DEPLOY_QUEUE_DATABASE_URL: undefined, DEPLOY_QUEUE_URL: server.base },
    DEPLOY_QUEUE_ID_TOKEN: await issuer.token(),
  });

  expect(await run.end).toMatchObject({ code: 0, stdout: expect.stringContaining("[]") });
  const [entered] = await cli.queue.boards.deployments({ since: new Date(0), limit: 1, region: place.region });
  expect(entered).toMatchObject({ status: "finished", entered_by: expect.stringContaining("run_id=1001") });
});

test("a wait that is cancelled by another ends with 5", async () => {
  const place = newPlace();
  const holder = await cli.running(place);
  const start = cli.launch(["start", ...place.options], await variablesOf());
  await isBlockedBy(start, holder);

  const [waiting] = await cli.queue.line.queued();
  await cli.queue.cancel(waiting?.deployment_id ?? 0, "not today");
  expect(await start.end).toMatchObject({ code: 5, stderr: expect.stringContaining("not today") });
});

test("a command that is cancelled while it runs is stopped", async () => {
  const place = newPlace();
  const run = cli.launch(["run", ...place.options, "--", "sh", "-c", "echo ready; sleep 60"], await variablesOf());
  await run.printed(/ready/);

  const [holder] = (await cli.queue.boards.running()).filter(({ region }) => region === place.region);
  await cli.queue.cancel(holder?.deployment_id ?? 0, "a mistake");
  expect((await run.end).code).toBe(5);
  expect(await cli.row(holder?.deployment_id ?? 0)).toMatchObject({
    status: "cancelled",
    cancellation_kind: "stopped",
  });
});

test("a wait outlasts the end of its server, and goes on with the next one at the same address", async () => {
  const port = await freePort();
  const address = ["serve", "--listen", `127.0.0.1:${port}`];
  const first = cli.launch(address);
  await first.printed(/listening/);
  const place = newPlace();
  const holder = await cli.running(place);
  const run = cli.launch(["run", ...place.options, "--", "true"], await variablesOf(`http://127.0.0.1:${port}`));
  await isBlockedBy(run, holder);

  first.process.kill("SIGKILL");
  await run.printed(/cannot be reached/);
  await cli.launch(address).printed(/listening/);
  await run.printed(/again|over/);
  await cli.queue.finish(holder);
  expect((await run.end).code).toBe(0);
  const entered = (await cli.queue.boards.deployments({ since: new Date(0), limit: 10, region: place.region })).length;
  expect(entered).toBe(2);
});

test("a transition wakes those who follow all of them", async () => {
  const source = new HttpSource({ url: server.base, token: await server.tokenOf("reader") });
  onTestFinished(() => source.close());
  const woken = new Promise<void>((resolve) => source.onWakeUp(transitionsChannel, resolve));
  await source.followTransitions();

  await cli.enqueue();
  await woken;
});

test("heartbeat url keeps a deployment that appears later", async () => {
  const { region } = newPlace();
  const url = "https://example.com/later";
  const variables = await variablesOf();
  const heartbeat = cli.launch(["heartbeat", "url", url], variables);
  await heartbeat.printed(/waiting/);

  const place = { environment: "dev", cloud_provider: "aws", region, cell_index: 0, component: "api", url };
  const entered = await server.send(variables.DEPLOY_QUEUE_TOKEN, "POST", "/v1/deployments", place);
  const id = Number(entered.body["deployment_id"]);
  await until("a heartbeat came", async () => (await cli.row(id)).heartbeat_timestamp !== null);
  await cli.queue.cancel(id, undefined, { force: true });
  expect((await heartbeat.end).code).toBe(5);
});

test("the library waits, works and finishes at a server", async () => {
  const { region } = newPlace();
  const request: DeploymentRequest = {
    environment: "dev",
    cloudProvider: "aws",
    region,
    cellIndex: 0,
    component: "api",
  };
  const token = await server.tokenOf("deployer");
  await using queue = await DeployQueue.connect({ url: server.base, token });
  const holder = await queue.start(request);
  const order: string[] = [];
  const second = queue.run(request, async ({ createdAt }) => {
    order.push("second");
    return createdAt;
  });

  order.push("first");
  await queue.finish(holder.id);
  expect(await second).toBeInstanceOf(Date);
  expect(order).toEqual(["first", "second"]);
  await expect(queue.deployment(99_999_999)).rejects.toMatchObject({ name: "DeploymentNotFoundError" });
  await expect(queue.finish(Number.NaN)).rejects.toThrow('the deployment id must be a whole number, not "NaN"');
  await expect(DeployQueue.connect({ url: server.base, token: "wrong" })).rejects.toMatchObject({
    name: "AccessDeniedError",
  });
});

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => listener.once("listening", resolve));
  const address = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}

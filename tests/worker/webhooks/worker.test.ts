import { expect, test } from "vitest";
import { newPlace, useCommandLine } from "../../support/commandLine.js";
import { insertFinished } from "../../support/history.js";
import { newLine } from "../../support/line.js";
import { useLogins } from "../../support/logins.js";
import { startReceiver, status } from "../../support/receiver.js";
import { until } from "../../support/until.js";
import { newWebhook } from "../../support/webhooks.js";
import { startWorker, stopsInTime } from "../../support/worker.js";

const cli = useCommandLine();
const { queue, sql } = cli;
const newLogin = useLogins(cli);

async function listened(url: string, events = ["started", "finished"]) {
  return newWebhook(cli, { url, events, allowPrivate: true });
}

/** Later, for the database; workers look at once. */
async function later(interval: string): Promise<void> {
  await cli.advance(interval);
  await sql`select pg_notify('deploy_queue_webhooks', '')`;
}

test("a transition is told at once, and those of a deployment in order", async () => {
  const receiver = await startReceiver();
  const { name } = await listened(receiver.url, ["enqueued", "started", "finished"]);
  const worker = await startWorker(cli);
  const lines = [newLine(cli), newLine(cli), newLine(cli)];
  const began = performance.now();
  const ids = await Promise.all(lines.map((line) => line.add("finished")));
  await until("all was told", () => receiver.requests.length >= 9);
  expect(performance.now() - began).toBeLessThan(4_000);
  for (const id of ids) {
    const own = receiver.told().filter((told) => told.startsWith(`${id} `));
    expect(own).toEqual([`${id} enqueued`, `${id} started`, `${id} finished`]);
  }
  await stopsInTime(worker);
  await queue.webhooks.remove(name);
});

test("a receiver that hangs delays no other one, nor a worker that stops", async () => {
  const [silent, healthy] = await Promise.all([startReceiver({ answer: () => undefined }), startReceiver()]);
  const names = [await listened(silent.url), await listened(healthy.url)];
  const worker = await startWorker(cli);
  const id = await newLine(cli).add("finished");
  await until("the healthy one was told all", () => healthy.requests.length === 2);
  expect(silent.told()).toEqual([`${id} started`]);
  await stopsInTime(worker);
  for (const { name } of names) await queue.webhooks.remove(name);
});

test("what fails is sent again with the same id until the receiver is back, and before what follows", async () => {
  const receiver = await startReceiver();
  const { name } = await listened(receiver.url);
  const worker = await startWorker(cli);
  receiver.answer(status(500), status(429, { "retry-after": "60" }));
  const id = await newLine(cli).add("finished");
  await until("it was asked once", () => receiver.requests.length === 1);
  const failed = async (attempts: number) =>
    (await queue.webhooks.deliveries(name)).some((one) => one.attempts >= attempts && one.problem !== null);
  await until("that is noted", () => failed(1));
  await later("6 seconds");
  await until("it was asked again", () => receiver.requests.length === 2);
  await until("that is noted, too", () => failed(2));
  await later("30 seconds");
  expect(receiver.requests).toHaveLength(2);
  await receiver.stop();
  await later("31 seconds");
  await until("nothing answered", () => failed(3));
  const back = await startReceiver({ port: receiver.port });
  await later("1 minute");
  // At least once: an answer that was lost is asked for again.
  await until("all was told", () => new Set(back.told()).size === 2);
  expect([...receiver.told(), ...new Set(back.told())]).toEqual([
    ...[`${id} started`, `${id} started`],
    ...[`${id} started`, `${id} finished`],
  ]);
  const ids = [...receiver.requests, ...back.requests].map(({ headers }) => headers["webhook-id"]);
  expect(new Set(ids).size).toBe(2);
  await stopsInTime(worker);
  await queue.webhooks.remove(name);
});

test("two workers share the work: nothing is lost or sent by both, also when one dies in the middle", async () => {
  const answers: (() => void)[] = [];
  const receiver = await startReceiver({
    answer: (response) => void answers.push(() => response.writeHead(204).end()),
  });
  const { name } = await listened(receiver.url);
  const workers = [await startWorker(cli), await startWorker(cli)];
  const ids = await Promise.all([0, 1, 2, 3, 4, 5].map(() => newLine(cli).add("finished")));
  await until("as many are on their way as may be", () => receiver.requests.length === 4);
  expect(new Set(receiver.told()).size).toBe(4);
  workers[0]?.process.kill("SIGKILL");
  await workers[0]?.end;
  const release = (): void => {
    for (const answer of answers.splice(0)) answer();
  };
  // What the dead one had sent is due again after its minute.
  await until("all was delivered", async () => {
    release();
    const left = (await queue.webhooks.list()).find((webhook) => webhook.name === name)?.pending_count;
    if (left !== 0) await later("10 seconds");
    return left === 0;
  });
  for (const id of ids) {
    const own = receiver.told().filter((told) => told.startsWith(`${id} `));
    expect(new Set(own)).toEqual(new Set([`${id} started`, `${id} finished`]));
    // A start may come twice, since nobody knows what became of it; it never comes after the finish.
    expect(own.lastIndexOf(`${id} started`)).toBeLessThan(own.indexOf(`${id} finished`));
  }
  await stopsInTime(workers[1] ?? (await startWorker(cli)));
  await queue.webhooks.remove(name);
});

test("with --once it delivers what is due, and neither prints nor records a secret", async () => {
  const receiver = await startReceiver();
  const { name, secret } = await listened(receiver.url);
  receiver.answer(status(204), status(500));
  await newLine(cli).add("finished");
  const { code, stdout, stderr } = await cli.run(["worker", "--once"]);
  expect(code).toBe(0);
  expect(receiver.requests).toHaveLength(2);
  expect(stderr).toContain(`webhook ${name}: the receiver has answered with status 500`);
  const events = JSON.stringify(await sql`select * from deploy_queue.deployment_events`);
  const list = await cli.run(["webhook", "list", name, "--json"]);
  for (const text of [stdout, stderr, events, list.stdout]) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain("/hook");
  }
  await queue.webhooks.remove(name);
});

test("an operator's worker without the other role says what to grant once there is a webhook, and goes on", async () => {
  await queue.roles.create();
  const { name: login, url } = await newLogin("deploy_queue_operator");
  const role = { DEPLOY_QUEUE_DATABASE_URL: url };
  expect(await cli.run(["worker", "--once"], role)).toMatchObject({ code: 0 });
  const receiver = await startReceiver();
  const { name } = await listened(receiver.url);
  const denied = await cli.run(["worker", "--once"], role);
  expect(denied).toMatchObject({
    code: 4,
    stderr: expect.stringContaining(`grant deploy_queue_deliverer to ${login}`),
  });
  await sql.unsafe(`grant deploy_queue_deliverer to ${login}`);
  await newLine(cli).add("finished");
  expect(await cli.run(["worker", "--once"], role)).toMatchObject({ code: 0 });
  expect(receiver.requests).toHaveLength(2);
  await queue.webhooks.remove(name);
});

test("what the worker itself finds out is told: reaped deployments and outliers", async () => {
  const receiver = await startReceiver();
  const { name } = await listened(receiver.url, ["reaped", "outlier"]);
  const place = newPlace();
  const history = { environment: place.environment, region: place.region, component: "holder" };
  await insertFinished(cli, { ...history, endedAgo: "10 hours", durations: ["1 minute", "1 minute"] });
  const slow = await cli.running(place);
  const stale = await cli.running(newPlace(), { heartbeat: true });
  await cli.advance("1 hour");
  await cli.run(["worker", "--once"]);
  expect(receiver.told().sort()).toEqual([`${slow} outlier`, `${stale} reaped`].sort());
  await queue.webhooks.remove(name);
});

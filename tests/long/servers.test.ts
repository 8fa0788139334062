import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { DeployQueue } from "../../src/queue/deployQueue.js";
import { useApi } from "../support/api.js";
import { type RunningCli, startCli } from "../support/cli.js";
import { useDatabase } from "../support/database.js";
import { until } from "../support/until.js";

const database = useDatabase();
const api = useApi(database);
const waiters = 200;
const cells = 4;

interface Backend {
  readonly process: RunningCli["process"];
  readonly port: number;
}

async function serve(): Promise<Backend> {
  const cli = startCli(["serve", "--listen", "127.0.0.1:0", "--rate-limit", "0"], {
    DEPLOY_QUEUE_DATABASE_URL: database.url,
  });
  const [, port] = await cli.printed(/listening on http:\/\/127\.0\.0\.1:(\d+)/);
  return { process: cli.process, port: Number(port) };
}

/** One address for several servers, in turns, as a load balancer is. */
async function balance(backends: readonly Backend[]): Promise<string> {
  let turn = 0;
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    const living = backends.filter(({ process }) => process.exitCode === null && process.signalCode === null);
    turn += 1;
    const backend = living[turn % living.length];
    if (backend === undefined) {
      client.destroy();
      return;
    }
    const upstream = connect(backend.port, "127.0.0.1");
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on("error", () => undefined).on("close", () => to.destroy());
      from.pipe(to);
    }
  }).listen(0, "127.0.0.1");
  onTestFinished(() => {
    listener.close();
    for (const socket of sockets) socket.destroy();
  });
  await new Promise((resolve) => listener.once("listening", resolve));
  const address = listener.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}

test("200 waiters, half of them over HTTP, deploy one after the other while each server is killed once", {
  timeout: 600_000,
}, async () => {
  const backends = [await serve(), await serve()];
  const url = await balance(backends);
  const token = await api.token("deployer");
  const ways = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      DeployQueue.connect(index % 2 === 0 ? { url, token } : { url: database.url, migrate: false }),
    ),
  );
  onTestFinished(async () => void (await Promise.all(ways.map((way) => way.close()))));

  // The judge is this process, which knows who is at work, and not the database.
  const atWork = new Map<number, number>();
  const twice: string[] = [];
  const ended: { readonly id: number; readonly cell: number }[] = [];
  let isOpen = false;
  const deploy = (index: number): Promise<void> | undefined => {
    const cellIndex = Math.floor(index / ways.length) % cells;
    const place = { environment: "dev", cloudProvider: "aws", region: "servers", cellIndex, component: "api" };
    return ways[index % ways.length]?.run(place, async ({ id }) => {
      const other = atWork.get(cellIndex);
      if (other !== undefined) twice.push(`${id} beside ${other}`);
      atWork.set(cellIndex, id);
      await until("the gate is open", () => isOpen);
      await sleep(20);
      ended.push({ id, cell: cellIndex });
      atWork.delete(cellIndex);
    });
  };
  const runs = Promise.all(Array.from({ length: waiters }, (_, index) => deploy(index)));
  runs.catch(() => undefined);
  await until("all have entered", async () => (await database.queue.line.live({})).length === waiters);

  isOpen = true;
  for (const [index, { process }] of [...backends].entries()) {
    await until("some have ended", () => ended.length >= ((index + 1) * waiters) / 4);
    process.kill("SIGKILL");
    await until("it is dead", () => process.signalCode !== null);
    backends.push(await serve());
  }
  await runs;

  expect(twice).toEqual([]);
  expect(ended).toHaveLength(waiters);
  for (let cell = 0; cell < cells; cell += 1) {
    const order = ended.filter((one) => one.cell === cell).map(({ id }) => id);
    expect(order).toEqual(order.toSorted((one, other) => one - other));
  }
  expect(await database.queue.history.verify()).toEqual([]);
});

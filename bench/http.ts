import { fork } from "node:child_process";
import { once } from "node:events";
import { Agent, get } from "node:http";
import { join } from "node:path";
import { nanosecondsOf, processorOf } from "./compare/processor.js";
import { openQueueServer } from "./queueServer.js";
import type { BenchServer } from "./server.js";
import { type BenchOptions, type Figure, inTurns, measured, percentile, range } from "./support.js";

const clients = 16;
const requests = 1_000;

/** Requests a second of one deployment, beside those of a bare route, in turns. */
export async function http(server: BenchServer, { thorough }: BenchOptions): Promise<Figure[]> {
  const queue = server.openQueue();
  const place = { environment: "dev", cloudProvider: "bench", region: "http", cellIndex: 0, component: "api" };
  const { id } = await queue.enqueue(place);
  await queue.source.close();
  const ours = await openQueueServer(server);
  const child = fork(join(import.meta.dirname, "bareRoute.ts"), [server.url]);
  try {
    const [bareBase] = await once(child, "message");
    const [url, bareUrl] = [`${ours.base}/v1/deployments/${id}`, `${bareBase}/deployments/${id}`];
    const headers = { authorization: `Bearer ${ours.secret}` };
    const agent = new Agent({ keepAlive: true, maxSockets: clients });
    const rate = (url: string) => measured(() => requestsPerSecond(url, { agent, headers }));
    const rates = rate(url);
    const bareRates = rate(bareUrl);
    await inTurns([rates, bareRates], { warmUps: 1, counted: thorough ? 20 : 6 });
    // Of the process and of the sessions of the database: what else the machine does hardly changes that.
    const processorOfOne = async (url: string, pid: number): Promise<number> => {
      const sessions = await processorOf(server);
      const before = nanosecondsOf(pid);
      await Promise.all(Array.from({ length: requests }, () => answer(url, { agent, headers })));
      return (sessions() + (nanosecondsOf(pid) - before) / 1e6) / requests;
    };
    const costs = measured(() => processorOfOne(url, ours.pid));
    const bareCosts = measured(() => processorOfOne(bareUrl, child.pid ?? 0));
    await inTurns([costs, bareCosts], { warmUps: 1, counted: 6 });
    agent.destroy();
    return [
      {
        what: "processor that each of them takes, of the process and of the sessions of the database",
        figure: percentile(costs.samples, 0.5),
        range: range(costs.samples),
        beside: percentile(bareCosts.samples, 0.5),
        besideRange: range(bareCosts.samples),
        unit: "ms",
        target: "≤ 3.33 ×",
      },
      {
        what: "GET /v1/deployments/{id} by 16 clients, beside a bare route of Fastify with a query by the primary key",
        figure: percentile(rates.samples, 0.5),
        range: range(rates.samples),
        beside: percentile(bareRates.samples, 0.5),
        besideRange: range(bareRates.samples),
        unit: "/s",
        target: "≥ 0.3 ×",
      },
      { what: "from the start of `serve` to its first good answer", figure: ours.ready, unit: "ms", target: "< 1,000" },
      { what: "how much of that it is on the processor", figure: ours.readyProcessor, unit: "ms" },
    ];
  } finally {
    child.disconnect();
    await ours.stop();
  }
}

async function requestsPerSecond(url: string, options: { agent: Agent; headers: object }): Promise<number> {
  const seconds = 1.5;
  const end = performance.now() + seconds * 1_000;
  let answered = 0;
  const ask = async (): Promise<void> => {
    while (performance.now() < end) {
      await answer(url, options);
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, ask));
  return answered / seconds;
}

function answer(url: string, options: { agent: Agent; headers: object }): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { ...options, headers: { ...options.headers } }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url} answers ${response.statusCode}`));
      response.resume().once("end", resolve);
    }).once("error", reject);
  });
}

import { afterAll, beforeAll, expect, test } from "vitest";
import { createMetricsServer } from "../../src/server/metrics/createMetricsServer.js";
import { Metrics } from "../../src/server/metrics/metrics.js";
import { newPlace, useCommandLine } from "../support/commandLine.js";
import { useHttpServer } from "../support/httpServer.js";

const cli = useCommandLine();
const meter = new Metrics();
const { send, tokenOf } = useHttpServer(cli, { meter });
let url: string;
const app = createMetricsServer(meter, [{ url: cli.url }]);
beforeAll(async () => {
  url = await app.listen({ host: "127.0.0.1", port: 0 });
});
afterAll(() => app.close());

const scrape = async (): Promise<string> => (await fetch(`${url}/metrics`)).text();

test("metrics tell the line, transitions with their durations once, and requests by their route", async () => {
  await scrape();
  const environment = await cli.environment();
  const { region } = newPlace(environment);
  const first = await cli.enqueue({ environment, region });
  const second = await cli.enqueue({ environment, region });
  await cli.queue.tryStart(first.id);
  await cli.queue.finish(first.id);
  await cli.queue.tryStart(second.id);
  await cli.enqueue({ environment, region });
  const secret = await tokenOf("reader");
  await send(secret, "GET", `/v1/deployments/${first.id}`);
  await send(secret, "GET", `/v1/deployments/${second.id}`);
  await send(secret, "GET", "/v1/nothing/1");

  for (const text of [await scrape(), await scrape()]) {
    const lines = text.split("\n");
    const of = (name: string, more: string) => `${name}{environment="${environment}"${more}`;
    expect(lines).toEqual(
      expect.arrayContaining([
        of("deploy_queue_deployments", ',status="queued"} 1'),
        of("deploy_queue_deployments", ',status="running"} 1'),
        of("deploy_queue_transitions_total", ',kind="enqueued"} 3'),
        of("deploy_queue_transitions_total", ',kind="started"} 2'),
        of("deploy_queue_wait_seconds_count", "} 2"),
        of("deploy_queue_run_seconds_count", "} 1"),
        of("deploy_queue_handoff_seconds_count", "} 1"),
        "deploy_queue_database_up 1",
        'deploy_queue_http_request_seconds_count{method="GET",route="/v1/deployments/:deployment_id",status="200"} 2',
        'deploy_queue_http_request_seconds_count{method="any",route="no route",status="404"} 1',
      ]),
    );
    expect(text).not.toContain("/v1/nothing");
  }
});

test("metrics tell what webhooks were not told, until they are removed", async () => {
  const environment = await cli.environment();
  await cli.queue.webhooks.add({ name: "board", url: "https://example.com/h", events: ["enqueued"] });
  await cli.enqueue({ environment, region: newPlace(environment).region });
  const lines = (await scrape()).split("\n");
  expect(lines).toContain('deploy_queue_webhook_undelivered{webhook="board"} 1');
  expect(lines).toContain('deploy_queue_webhook_failures{webhook="board"} 0');
  expect(lines).toContain('deploy_queue_webhook_given_up{webhook="board"} 0');
  expect(lines.some((line) => /^deploy_queue_webhook_oldest_seconds\{webhook="board"\} \d/.test(line))).toBe(true);
  await cli.queue.webhooks.remove("board");
  expect(await scrape()).not.toContain('webhook="board"');
});

test("metrics are told while the database is away, and say so", async () => {
  const away = createMetricsServer(new Metrics(), [{ url: "postgres://nobody@127.0.0.1:1/none" }]);
  const address = await away.listen({ host: "127.0.0.1", port: 0 });

  const answer = await fetch(`${address}/metrics`);
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain("deploy_queue_database_up 0");
  await away.close();
});

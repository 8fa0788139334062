import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { program } from "../../support/cli.js";
import { newPlace, useCommandLine } from "../../support/commandLine.js";
import { killLater } from "../../support/leftovers.js";
import { until } from "../../support/until.js";

const cli = useCommandLine();

async function enqueue(url: string): Promise<number> {
  const { environment, region } = newPlace();
  const { id } = await cli.queue.enqueue({
    ...{ environment, region, cloudProvider: "aws", cellIndex: 0, component: "api" },
    url,
  });
  return id;
}

async function hasHeartbeat(id: number): Promise<boolean> {
  return (await cli.row(id)).heartbeat_timestamp !== null;
}

test("heartbeat url waits for a deployment with the url to appear, and ends with it", async () => {
  const url = "https://example.com/appears";
  const heartbeat = cli.launch(["heartbeat", "url", url]);
  await heartbeat.printed(/waiting/);
  await until("it listens for transitions", async () => {
    const backends = await cli.sql`
      select from pg_stat_activity
      where datname = current_database() and application_name = 'deploy-queue heartbeat url'
        and state = 'idle' and query like '%live_deployment_by_url%'`;
    return backends.length === 1;
  });

  const id = await enqueue(url);
  await until("a heartbeat came", () => hasHeartbeat(id));
  await cli.queue.tryStart(id, { heartbeat: true });
  await cli.queue.finish(id);

  const end = await heartbeat.end;
  expect(end).toMatchObject({ code: 0, stdout: "" });
  expect(end.stderr.match(/INFO: .*/g)).toEqual([
    `INFO: no deployment with the url ${url} is queued or running yet; waiting 5m for it at most`,
    `INFO: sending heartbeats for deployment ${id} (api)`,
    `INFO: deployment ${id} (api) finished`,
  ]);
});

test("heartbeat url takes the newest deployment that is queued or running", async () => {
  const url = "https://example.com/newest";
  const older = await enqueue(url);
  const newest = await enqueue(url);
  const ended = await enqueue(url);
  await cli.queue.cancel(ended);
  const heartbeat = cli.launch(["heartbeat", "url", "--url", url]);
  await until("a heartbeat came", () => hasHeartbeat(newest));

  await cli.queue.cancel(newest, "stopped");

  const { code, stderr } = await heartbeat.end;
  expect(code).toBe(5);
  expect(stderr).toContain("stopped");
  expect(stderr).not.toContain("waiting");
  expect(await hasHeartbeat(older)).toBe(false);
});

test("heartbeat url takes the deployment of the place that is given", async () => {
  const url = "https://example.com/cells";
  const here = await enqueue(url);
  const elsewhere = await enqueue(url);
  const { region } = await cli.row(here);
  const heartbeat = cli.launch(["heartbeat", "url", url, "--environment", "dev", "--region", region]);
  await until("a heartbeat came", () => hasHeartbeat(here));

  await cli.queue.cancel(here);

  expect((await heartbeat.end).code).toBe(5);
  expect(await hasHeartbeat(elsewhere)).toBe(false);
});

test("heartbeat url waits for its deployment as long as it is told, and says so", async () => {
  const { code, stderr } = await cli.run(["heartbeat", "url", "https://example.com/never", "--wait-timeout", "1s"]);

  expect(code).toBe(3);
  expect(stderr).toContain("waiting 1s for it at most");
  expect(stderr).toContain("no queued or running deployment with the url https://example.com/never appeared within 1s");
});

const canBeFirst = spawnSync("unshare", ["--pid", "--fork", "--kill-child", "true"]).status === 0;

test.skipIf(!canBeFirst)("heartbeat url obeys SIGTERM as the first process of a container", async () => {
  const url = "https://example.com/container";
  const command = [...program, "heartbeat", "url", url];
  const namespace = spawn("unshare", ["--pid", "--fork", "--mount-proc", "--kill-child", ...command], {
    env: { PATH: process.env["PATH"], CI: "true", DEPLOY_QUEUE_DATABASE_URL: cli.url },
    stdio: ["ignore", "ignore", "pipe"],
  });
  killLater(namespace);
  let log = "";
  namespace.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    log += chunk;
  });
  await until("it waits", () => log.includes("waiting") || undefined);
  const [child] = readFileSync(`/proc/${namespace.pid}/task/${namespace.pid}/children`, "utf8").trim().split(" ");
  const exit = once(namespace, "exit");

  process.kill(Number(child), "SIGTERM");

  expect(await exit).toEqual([143, null]);
});

test.each([[[]], [[""]], [["--url", ""]]])("heartbeat url %j asks for the url", async (options) => {
  expect(await cli.run(["heartbeat", "url", ...options])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^deploy-queue: the url is missing.*\n$/),
  });
});

test("heartbeat url refuses two urls", async () => {
  const { code, stderr } = await cli.run(["heartbeat", "url", "https://one", "--url", "https://other"]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^deploy-queue: the url is given twice: https:\/\/one, and --url https:\/\/other\. .*\n$/);
});

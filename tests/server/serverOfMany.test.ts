import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isBlockedBy, newPlace, useCommandLine } from "../support/commandLine.js";
import { startOwnServer } from "../support/ownServer.js";
import { streamOf } from "../support/streamOf.js";
import { until } from "../support/until.js";

const cli = useCommandLine();

/** The command line's database holds prod and canary; a server of its own holds dev. */
async function serveBoth(own: { readonly url: string }, ...options: string[]) {
  const directory = mkdtempSync(join(tmpdir(), "deploy-queue-many-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, "databases.yaml");
  writeFileSync(join(directory, "url"), own.url);
  writeFileSync(
    file,
    `databases:
  production: { environments: [prod, canary], url_from_env: PROD_URL }
  testing: { environments: [dev], url_file: ${join(directory, "url")} }
`,
  );
  const serve = cli.launch(["serve", "--databases", file, "--listen", "127.0.0.1:0", ...options], {
    ...{ DEPLOY_QUEUE_DATABASE_URL: undefined, PROD_URL: cli.url },
  });
  const [, base = ""] = await serve.printed(/listening on (\S+)/);
  return { serve, base };
}

async function tokenFor(variables: Readonly<Record<string, string>>, role = "operator"): Promise<string> {
  await cli.run(["roles", "create"], variables);
  const { stdout } = await cli.run(
    ["token", "create", "--name", `${role}-${Math.random()}`, "--role", role],
    variables,
  );
  return stdout.trim();
}

async function get(url: string, secret?: string) {
  const headers = secret === undefined ? {} : { authorization: `Bearer ${secret}` };
  const answer = await fetch(url, { headers });
  return { status: answer.status, body: Object(await answer.json()) };
}

const statuses = async (base: string) => {
  const { status, body } = await get(`${base}/readyz`);
  const parts: { name: string; status: string }[] = body.databases;
  return [status, body.status, Object.fromEntries(parts.map((part) => [part.name, part.status]))];
};

test("each environment is a path to its own database, for the command line as well, and SIGTERM ends all", async () => {
  const own = await startOwnServer();
  const { serve, base } = await serveBoth(own, "--metrics-listen", "127.0.0.1:0");
  const [, metrics = ""] = await serve.printed(/metrics on (\S+)/);
  const testing = { DEPLOY_QUEUE_DATABASE_URL: own.url };
  const over = async (path: string, DEPLOY_QUEUE_TOKEN: string) => ({
    ...{ DEPLOY_QUEUE_DATABASE_URL: undefined, DEPLOY_QUEUE_URL: `${base}/${path}`, DEPLOY_QUEUE_TOKEN },
  });
  const inProd = await over("prod", await tokenFor({}));
  const inDev = await over("dev", await tokenFor(testing));
  const prod = newPlace("prod");
  const dev = newPlace("dev");
  for (const [environment, variables] of [
    ["prod", {}],
    ["canary", {}],
    ["dev", testing],
  ] as const) {
    await cli.run(["environment", "set", environment, "--create", "--buffer-time", "0s"], variables);
  }

  const ids = [];
  for (const [place, variables] of [
    [prod, inProd],
    [dev, inDev],
  ] as const) {
    const end = await cli.run(["start", ...place.options], variables);
    expect(end).toMatchObject({ code: 0 });
    ids.push(Number(end.stdout));
    const waiter = cli.launch(["start", ...place.options], variables);
    await isBlockedBy(waiter, Number(end.stdout));
    expect(await cli.run(["finish", end.stdout.trim()], variables)).toMatchObject({ code: 0 });
    expect(await waiter.end).toMatchObject({ code: 0 });
  }
  const [row] = await cli.sql`select environment from deploy_queue.deployments where id = ${ids[0] ?? 0}`;
  expect(row).toEqual({ environment: "prod" });
  expect(await cli.run(["info", String(ids[1])], testing)).toMatchObject({ stdout: expect.stringContaining("dev") });

  // A token of one database is none in the other, and both paths of one lead to the same queue.
  expect((await get(`${base}/dev/v1/queue`, inProd.DEPLOY_QUEUE_TOKEN)).status).toBe(401);
  const alias = await get(`${base}/canary/v1/deployments/${ids[0]}`, inProd.DEPLOY_QUEUE_TOKEN);
  expect(alias).toMatchObject({ status: 200, body: { environment: "prod" } });

  const lost = await cli.run(["start", ...dev.options], inProd);
  expect(lost.code).toBe(3);
  expect(lost.stderr).toContain("environment dev is in another database. This server has it at /dev");
  for (const path of ["gate?environment=dev&component=api", "queue?environment=dev"]) {
    const answer = await get(`${base}/prod/v1/${path}`, inProd.DEPLOY_QUEUE_TOKEN);
    expect(answer).toMatchObject({ status: 404, body: { detail: "environment dev is in another database" } });
  }
  expect(await get(`${base}/nowhere/v1/queue`)).toMatchObject({
    status: 404,
    body: { hint: "Each environment has its own path: /prod, /canary, /dev." },
  });
  expect((await get(`${base}/`)).body).toEqual({ service: "deploy-queue", paths: ["/prod", "/canary", "/dev"] });
  expect((await get(`${base}/prod/openapi.json`)).body.paths).toHaveProperty("/prod/v1/deployments");

  const told = await (await fetch(metrics)).text();
  expect(told).toContain('deploy_queue_database_up{database="testing"} 1');
  expect(told).toMatch(/deploy_queue_transitions_total\{database="production",environment="prod",kind="started"\} 2/);
  expect(told).toMatch(/deploy_queue_transitions_total\{database="testing",environment="dev",kind="started"\} 2/);

  const streams = [
    await streamOf(`${base}/prod/v1/events`, inProd.DEPLOY_QUEUE_TOKEN),
    await streamOf(`${base}/canary/v1/events`, inProd.DEPLOY_QUEUE_TOKEN),
    await streamOf(`${base}/dev/v1/events`, inDev.DEPLOY_QUEUE_TOKEN),
  ];
  serve.process.kill("SIGTERM");
  expect((await serve.end).code).toBe(0);
  for (const stream of streams) {
    await until("the stream has ended", stream.hasEnded);
  }
});

test("a database that is away, also at the start, is away for its environments only, and is served when it is back", async () => {
  const own = await startOwnServer();
  const testing = { DEPLOY_QUEUE_DATABASE_URL: own.url };
  const inProd = await tokenFor({});
  const inDev = await tokenFor(testing);
  await own.crash();

  const { serve, base } = await serveBoth(own);
  await serve.printed(/WARN.*the database testing is unavailable: dev cannot be served now/);
  await until("prod is ready", async () => (await get(`${base}/prod/readyz`)).status === 200);
  expect(await statuses(base)).toEqual([200, "partial", { production: "ok", testing: "unavailable" }]);
  expect((await get(`${base}/dev/readyz`)).status).toBe(503);
  expect((await get(`${base}/dev/livez`)).status).toBe(200);
  expect((await get(`${base}/dev/v1/queue`, inDev)).status).toBe(503);
  expect((await get(`${base}/prod/v1/queue`, inProd)).status).toBe(200);
  const stream = await streamOf(`${base}/prod/v1/events`, inProd);

  await own.restart();
  await until("dev is ready", async () => (await get(`${base}/dev/readyz`)).status === 200);
  expect((await get(`${base}/dev/v1/queue`, inDev)).status).toBe(200);
  const back = await streamOf(`${base}/dev/v1/events`, inDev);

  await own.crash();
  await until("dev is away", async () => (await get(`${base}/dev/readyz`)).status === 503);
  expect(stream.hasEnded()).toBe(false);
  await cli.enqueue({ region: "while-away" });
  expect(await stream.nextOf("transition")).toMatchObject({ data: { status: "queued" } });
  await own.restart();
  await until("dev is ready again", async () => (await get(`${base}/dev/readyz`)).status === 200);
  const queue = own.openQueue();
  const { environment, region } = newPlace();
  await until("its streams hear again", async () => {
    await queue.enqueue({ environment, cloudProvider: "aws", region, cellIndex: 0, component: "api" });
    return back.events.some(({ event }) => event === "transition");
  });
  serve.process.kill("SIGTERM");
  expect((await serve.end).code).toBe(0);
});

test("a file with mistakes starts nothing, and tells each with its place", async () => {
  const directory = mkdtempSync(join(tmpdir(), "deploy-queue-many-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, "databases.yaml");
  writeFileSync(file, "databases:\n  one: { environments: [dev, docs], url_from_env: NOWHERE }\n");
  expect(await cli.run(["serve", "--databases", file])).toMatchObject({
    code: 2,
    stdout: "",
    stderr: `${file}:2:30: databases.one.environments[2]: the path /docs has a meaning of its own; give this environment a server with --base-path\n${file}:2:3: databases.one: NOWHERE is not set\n`,
  });
});

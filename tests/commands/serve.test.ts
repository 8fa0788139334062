import { expect, onTestFinished, test } from "vitest";
import { createServer } from "../../src/server/createServer.js";
import { newPlace, useCommandLine } from "../support/commandLine.js";
import { useLogins } from "../support/logins.js";

const cli = useCommandLine();
const newLogin = useLogins(cli);

test("serve works with a login that has nothing but the role of servers, tells metrics, and ends at SIGTERM", async () => {
  await cli.run(["roles", "create"]);
  const { url } = await newLogin("deploy_queue_server");
  const { stdout } = await cli.run(["token", "create", "--name", "ci", "--role", "deployer"]);
  const authorization = `Bearer ${stdout.trim()}`;

  const serve = cli.launch(
    [
      "serve",
      "--listen",
      "127.0.0.1:0",
      "--metrics-listen",
      "127.0.0.1:0",
      "--base-path",
      "/queue/",
      "--rate-limit",
      "0",
    ],
    { DEPLOY_QUEUE_DATABASE_URL: url },
  );
  const [, metrics = ""] = await serve.printed(/metrics on (\S+)/);
  const [, base = ""] = await serve.printed(/listening on (\S+)/);

  expect(base).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/queue$/);
  expect((await fetch(`${base}/readyz`)).status).toBe(200);
  const { environment, region } = newPlace();
  const entered = await fetch(`${base}/v1/deployments`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify({ environment, cloud_provider: "aws", region, cell_index: 1, component: "api" }),
  });
  expect(entered.status).toBe(201);
  const told = await (await fetch(metrics)).text();
  expect(told).toContain('deploy_queue_deployments{environment="dev",status="queued"} 1');
  expect(told).toContain('route="/queue/v1/deployments",status="201"} 1');
  serve.process.kill("SIGTERM");
  expect((await serve.end).code).toBe(0);
});

test.each([[["deploy_queue_operator"]], [["deploy_queue_reader"]]])(
  "serve does not start with a login that has only %j, and a server that has begun before is not ready",
  async (roles) => {
    await cli.run(["roles", "create"]);
    const { name, url } = await newLogin(...roles);
    const options = ["serve", "--listen", "127.0.0.1:0"];
    const end = await cli.run(options, { DEPLOY_QUEUE_DATABASE_URL: url });
    expect(end).toMatchObject({ code: 4, stdout: "" });
    expect(end.stderr).toMatch(new RegExp(`role ${name} may not serve: .*grant deploy_queue_server to ${name};`));

    const ignore = (): void => undefined;
    const log = { ...{ trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore }, tellsInfo: false };
    const server = await createServer({ url, log, connections: 1 });
    onTestFinished(() => server.close());
    const ready = await server.inject("/readyz");
    expect([ready.statusCode, ready.json().status]).toEqual([503, "denied"]);
  },
);

test("serve warns of a login that owns the queue", async () => {
  await cli.run(["roles", "create"]);
  const serve = cli.launch(["serve", "--listen", "127.0.0.1:0"]);
  await serve.printed(/WARN.*owns the queue/);
  await serve.printed(/listening on/);
  serve.process.kill("SIGTERM");
  expect((await serve.end).code).toBe(0);
});

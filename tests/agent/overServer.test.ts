import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { agentFile, agentTarget, startAgent } from "../support/agents.js";
import { useCommandLine, useDirectory } from "../support/commandLine.js";
import { useHttpServer } from "../support/httpServer.js";
import { until } from "../support/until.js";

const cli = useCommandLine();
const server = useHttpServer(cli);
const folder = useDirectory();

test("an agent with nothing but a token of a server does what waits, and what comes later, and its commands do not see the token", async () => {
  const target = agentTarget(folder, { shell: true });
  const secret = await server.tokenOf("agent");
  const variables = { DEPLOY_QUEUE_DATABASE_URL: undefined, DEPLOY_QUEUE_URL: server.base, DEPLOY_QUEUE_TOKEN: secret };
  await startAgent(cli, agentFile(folder, [target]), variables);

  for (const name of ["one", "two"]) {
    const { deployment } = await cli.queue.work.submit({ target: target.name, commands: [`env > ${name}`] });
    await until("it has finished", async () => (await cli.row(deployment.id)).status === "finished");
    expect(readFileSync(join(target.directory, name), "utf8")).not.toContain(secret);
  }
});

test("a target of another token is refused when the agent starts", async () => {
  const target = agentTarget(folder);
  const variables = { DEPLOY_QUEUE_DATABASE_URL: undefined, DEPLOY_QUEUE_URL: server.base };
  const [mine, theirs] = [
    await server.token("mine", "--role", "agent"),
    await server.token("theirs", "--role", "agent"),
  ];
  await startAgent(cli, agentFile(folder, [target]), { ...variables, DEPLOY_QUEUE_TOKEN: mine });

  const { code, stderr } = await cli.launch(["agent", "--config", agentFile(folder, [target])], {
    ...variables,
    DEPLOY_QUEUE_TOKEN: theirs,
  }).end;

  expect(code).toBe(4);
  expect(stderr).toContain(`target '${target.name}' belongs to token mine`);
});

test("a target goes to another token when that of its agents is revoked", async () => {
  const target = agentTarget(folder);
  const variables = { DEPLOY_QUEUE_DATABASE_URL: undefined, DEPLOY_QUEUE_URL: server.base };
  const before = await server.token("before", "--role", "agent");
  const agent = await startAgent(cli, agentFile(folder, [target]), { ...variables, DEPLOY_QUEUE_TOKEN: before });
  await cli.run(["token", "revoke", "before"]);
  agent.process.kill("SIGKILL");

  await startAgent(cli, agentFile(folder, [target], { name: "next" }), {
    ...variables,
    DEPLOY_QUEUE_TOKEN: await server.token("after", "--role", "agent"),
  });

  const known = (await cli.queue.work.targets()).find((one) => one.target === target.name);
  expect(known).toMatchObject({ owner: "token after", agents: ["next"] });
});

test("an agent whose token is revoked ends with 7 once its command has ended, and says once that the outcome is not told", async () => {
  const target = agentTarget(folder, { shell: true });
  const agent = await startAgent(cli, agentFile(folder, [target]), {
    ...{ DEPLOY_QUEUE_DATABASE_URL: undefined, DEPLOY_QUEUE_URL: server.base },
    DEPLOY_QUEUE_TOKEN: await server.token("withdrawn", "--role", "agent"),
  });
  const { deployment } = await cli.queue.work.submit({
    target: target.name,
    commands: ["touch begun; while [ ! -e go-on ]; do sleep 0.1; done"],
  });
  await until("the command runs", () => existsSync(join(target.directory, "begun")));
  await cli.run(["token", "revoke", "withdrawn"]);
  agent.process.kill("SIGTERM");
  await agent.printed(/taking nothing more/);
  writeFileSync(join(target.directory, "go-on"), "");

  const { code, stderr } = await agent.end;
  expect(code).toBe(7);
  const outcome = `the outcome of deployment ${deployment.id} (${target.component}) could not be told: ${server.base} does not let us in`;
  expect(stderr.split(outcome)).toHaveLength(2);
  expect(stderr).toMatch(
    /^deploy-queue: agent \S+ (?:is not let in any more|may not take deployments any more: .* does not let us in)/m,
  );
  expect(stderr).not.toContain("untold");
});

test("an agent that drains signs off over a server, so that nobody counts on it", async () => {
  const target = agentTarget(folder);
  const agent = await startAgent(cli, agentFile(folder, [target]), {
    ...{ DEPLOY_QUEUE_DATABASE_URL: undefined, DEPLOY_QUEUE_URL: server.base },
    DEPLOY_QUEUE_TOKEN: await server.tokenOf("agent"),
  });
  agent.process.kill("SIGTERM");
  expect(await agent.end).toMatchObject({ code: 0 });

  const { waitingOn } = await cli.queue.work.submit({ target: target.name, commands: ["true"] });
  expect(waitingOn).toContainEqual(expect.objectContaining({ kind: "agent" }));
});

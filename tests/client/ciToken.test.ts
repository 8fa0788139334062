import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { sessionToken } from "../../src/client/ciToken.js";
import { hasCiToken } from "../../src/client/serverUrl.js";
import { newPlace, useCommandLine } from "../support/commandLine.js";
import { useHttpServer } from "../support/httpServer.js";
import { useIssuer } from "../support/issuer.js";

const cli = useCommandLine();
const server = useHttpServer(cli);
const issuer = useIssuer();

/** Stands for GitHub's side of the runner, which signs tokens for its jobs. */
let requests: IncomingMessage[] = [];
let claims = {};
const github = createServer(async (request, response) => {
  requests.push(request);
  const aud = new URL(request.url ?? "", "http://github").searchParams.get("audience");
  const isJob = request.headers.authorization === "bearer runner-secret";
  response.writeHead(isJob ? 200 : 401, { "content-type": "application/json" });
  response.end(JSON.stringify(isJob ? { value: await issuer.token({ claims: { aud, ...claims } }) } : {}));
});
let variables: Record<string, string> = {};

beforeAll(async () => {
  await new Promise<void>((resolve) => github.listen(0, "127.0.0.1", resolve));
  const { port } = github.address() as AddressInfo;
  variables = {
    ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${port}/token?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "runner-secret",
  };
  await cli.sql`
    select deploy_queue.add_trust(
      name => 'ci', provider => 'github', issuer => ${issuer.url}, audience => ${server.base}, kind => 'deployer',
      claims => '{"repository_id": "74"}'
    )`;
});
afterAll(() => void github.close());
beforeEach(() => {
  requests = [];
  claims = {};
});

test("a job of GitHub Actions gets a session by its own token, whose audience is the server", async () => {
  const token = await sessionToken(server.base, variables, { renew: true });
  expect((await server.send(token, "GET", "/v1/queue")).status).toBe(200);
  expect(requests[0]?.url).toBe(`/token?api-version=2.0&audience=${encodeURIComponent(server.base)}`);
});

test("calls side by side and later ones share a session, until it is renewed", async () => {
  const [first, ...others] = await Promise.all([
    sessionToken(server.base, variables, { renew: true }),
    sessionToken(server.base, variables),
    sessionToken(`${server.base}/`, variables),
  ]);
  expect(others).toEqual([first, first]);
  expect(requests).toHaveLength(1);
  expect(await sessionToken(server.base, variables, { renew: true })).not.toBe(first);
});

test("a session that ends within a minute is not used again", async () => {
  await cli.sql`update deploy_queue.trusts set session_length = '1 minute'`;
  const first = await sessionToken(server.base, variables, { renew: true });
  await cli.sql`update deploy_queue.trusts set session_length = '1 hour'`;
  expect(await sessionToken(server.base, variables)).not.toBe(first);
});

test("a job of GitLab brings its token in a variable", async () => {
  const token = await issuer.token({ claims: { aud: server.base } });
  const session = await sessionToken(server.base, { DEPLOY_QUEUE_ID_TOKEN: token }, { renew: true });
  expect((await server.send(session, "GET", "/v1/queue")).status).toBe(200);
  expect(requests).toEqual([]);
});

test("the command line deploys in a job of GitHub Actions without a secret, and the record has the commit", async () => {
  const place = newPlace();
  const environment = { ...variables, DEPLOY_QUEUE_URL: server.base, DEPLOY_QUEUE_DATABASE_URL: undefined };
  const args = ["run", ...place.options, "--version", "v1", "--", "echo", "deployed"];
  const { code, stdout, stderr } = await cli.runProcess(args, environment);
  expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: expect.stringContaining("deployed") });

  const [row] = await cli.sql`
    select deployments.entered_by, events.verified_commit from deploy_queue.deployments
    join deploy_queue.deployment_events as events on events.deployment_id = deployments.id and events.kind = 'finished'
    where deployments.region = ${place.region}`;
  expect(row).toEqual({
    entered_by: expect.stringMatching(/ repository_id=74 run_id=1001$/),
    verified_commit: "5f3759df",
  });
});

test("what the server says of a token that it does not trust is told, and the next call asks again", async () => {
  claims = { repository_id: "1" };
  await expect(sessionToken(server.base, variables, { renew: true })).rejects.toMatchObject({
    name: "RefusedError",
    message: "no trust lets in the token of repo:octo/api:environment:production",
    hint: expect.stringContaining("deploy-queue trust add"),
  });
  claims = {};
  await expect(sessionToken(server.base, variables)).resolves.toMatch(/^dqs_/);
});

test("a job without a token is told how to get one", async () => {
  expect(hasCiToken({})).toBe(false);
  expect(hasCiToken(variables)).toBe(true);
  await expect(sessionToken("http://127.0.0.1:1", {})).rejects.toMatchObject({
    exitCode: 2,
    hint: expect.stringContaining("id-token: write"),
  });
});

test("a CI system or a server that does not answer is an outage", async () => {
  const wrong = { ...variables, ACTIONS_ID_TOKEN_REQUEST_TOKEN: "stolen" };
  await expect(sessionToken(server.base, wrong, { renew: true })).rejects.toMatchObject({
    name: "DatabaseUnavailableError",
    message: "GitHub gives no token for the job: it answered 401",
  });
  await expect(sessionToken("http://127.0.0.1:1", variables)).rejects.toMatchObject({
    name: "DatabaseUnavailableError",
    message: "http://127.0.0.1:1 does not answer",
  });
  await expect(sessionToken(`${server.base}/elsewhere`, variables)).rejects.toMatchObject({ exitCode: 4 });
});

import { beforeAll, expect, test } from "vitest";
import { newPlace, useCommandLine } from "../../support/commandLine.js";
import { useHttpServer } from "../../support/httpServer.js";
import { useIssuer } from "../../support/issuer.js";
import { newTrust } from "../../support/trusts.js";

const cli = useCommandLine();
const server = useHttpServer(cli);
const slow = useHttpServer(cli, { rateLimit: 40 });
const issuer = useIssuer();
const { environment, region } = newPlace();
const cell = { environment, cloud_provider: "aws", region, cell_index: 1, component: "api" };

beforeAll(async () => {
  await newTrust(cli.sql, { issuer: issuer.url, claims: { repository_id: "74", ref: "refs/heads/main" } });
});

const exchange = (token: string) => server.send(undefined, "POST", "/v1/sessions", { subject_token: token });

test("a token is exchanged for a session, which deploys, and the record says of which commit", async () => {
  const reply = await exchange(await issuer.token());
  expect(reply).toMatchObject({
    status: 201,
    body: {
      access_token: expect.stringMatching(/^dqs_[\w-]{43}$/),
      ...{ token_type: "Bearer", expires_in: 3600, kind: "deployer", environments: null },
      issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
      principal: expect.stringMatching(/^127\.0\.0\.1:\d+ repository_id=74 run_id=1001$/),
    },
  });

  const secret = String(reply.body["access_token"]);
  const { body } = await server.send(secret, "POST", "/v1/deployments", { ...cell, start: true });
  expect(body).toMatchObject({ entered_by: reply.body["principal"] });
  const path = `/v1/deployments/${String(body["deployment_id"])}`;
  expect(await server.send(secret, "POST", `${path}/finish`)).toMatchObject({ status: 200 });
  const { body: history } = await server.send(secret, "GET", `${path}/history`);
  expect(history).toMatchObject({ items: [{ verified_commit: "5f3759df" }, {}, {}] });
  const info = await cli.run(["info", String(body["deployment_id"])]);
  expect(info.stdout).toContain(
    "  verified: repo:octo/api:environment:production, repository_id=74 run_id=1001 run_attempt=1 check_run_id=501, commit 5f3759df\n",
  );
  const { stdout } = await cli.run(["history", String(body["deployment_id"]), "--json"]);
  expect(JSON.parse(stdout)).toMatchObject([
    { verified_run: "repository_id=74 run_id=1001 run_attempt=1 check_run_id=501" },
    {},
    {},
  ]);
});

test("two runs of one branch do not end each other's deployments", async () => {
  const [one, other] = await Promise.all(
    ["1", "2"].map(async (run_id) => {
      const { body } = await exchange(await issuer.token({ claims: { run_id } }));
      return String(body["access_token"]);
    }),
  );
  const { body } = await server.send(one, "POST", "/v1/deployments", { ...cell, cell_index: 2 });
  const path = `/v1/deployments/${String(body["deployment_id"])}/cancel`;

  expect(await server.send(other, "POST", path)).toMatchObject({ status: 403, body: { code: "QD072" } });
  expect(await server.send(one, "POST", path)).toMatchObject({ status: 200 });
});

test("the same job gets another session for the same token, and a token that no trust lets in gets none", async () => {
  const token = await issuer.token();
  const [first, second] = [await exchange(token), await exchange(token)];
  expect(second.body["principal"]).toBe(first.body["principal"]);

  expect(await exchange(await issuer.token({ claims: { ref: "refs/heads/feature" } }))).toMatchObject({
    status: 403,
    body: { code: "QD083", detail: "no trust lets in the token of repo:octo/api:environment:production" },
  });
});

test("a token that is not valid is a 401 in one line, and an issuer that is away is a 503", async () => {
  const stale = Math.floor(Date.now() / 1000) - 60;
  const expired = await exchange(await issuer.token({ claims: { exp: stale } }));
  expect(expired).toMatchObject({ status: 401, body: { detail: "the token has expired", exit_code: 7 } });
  expect(await exchange("x".repeat(20_000))).toMatchObject({ status: 400 });
  expect(await server.send(undefined, "POST", "/v1/sessions")).toMatchObject({ status: 400 });

  await newTrust(cli.sql, { issuer: "https://127.0.0.1:1100" });
  expect(await exchange(await issuer.token({ claims: { iss: "https://127.0.0.1:1100" } }))).toMatchObject({
    status: 503,
    body: {
      detail: "the keys of https://127.0.0.1:1100 cannot be fetched: nothing answers at 127.0.0.1:1100",
      exit_code: 7,
    },
  });
});

test("a claim with a zero byte is a 400", async () => {
  const { status } = await exchange(await issuer.token({ claims: { job: "a\u0000b" } }));
  expect(status).toBe(400);
});

test("a guess beside a token that no trust lets in stays a guess", async () => {
  const token = await issuer.token({ claims: { ref: "refs/heads/feature" } });
  const statuses: number[] = [];
  for (let number = 0; number < 6; number += 1) {
    statuses.push((await slow.send("a guess", "POST", "/v1/sessions", { subject_token: token })).status);
  }
  expect(statuses).toEqual([403, 403, 403, 403, 429, 429]);
});

import { expect, test } from "vitest";
import { operations } from "../../src/server/operations/all.js";
import { newPlace, useCommandLine } from "../support/commandLine.js";
import { useHttpServer } from "../support/httpServer.js";

const cli = useCommandLine();
const server = useHttpServer(cli);
const { logged, send, token, tokenOf } = server;

const { environment, region } = newPlace();
const cell = { environment, cloud_provider: "aws", region, cell_index: 1, component: "api" };

test("a deployment goes from its entry to its end by the calls of one token", async () => {
  const ci = await token("ci", "--role", "deployer");

  const entered = await send(
    ci,
    "POST",
    "/v1/deployments",
    { ...cell, version: "v1", max_duration: 90 },
    { "x-actor": "ada" },
  );
  expect(entered).toMatchObject({
    status: 201,
    body: { component: "api", entered_by: "token ci", actor: "ada", max_duration: 90, start_timestamp: null },
  });
  const { deployment_id: id } = entered.body;
  expect(entered.headers.get("location")).toBe(`/v1/deployments/${id}`);
  expect(entered.body).not.toHaveProperty("release_key");
  expect(await send(ci, "POST", `/v1/deployments/${id}/start`)).toMatchObject({ status: 200, body: { started: true } });
  expect(await send(ci, "POST", `/v1/deployments/${id}/finish`, {})).toMatchObject({ status: 200 });

  const { body } = await send(ci, "GET", `/v1/deployments/${id}`);
  expect(body).toMatchObject({ deployment_id: id, status: "finished" });
  expect(body["finish_timestamp"]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)$/);
  const { body: history } = await send(ci, "GET", `/v1/deployments/${id}/history`);
  expect(history).toMatchObject({
    items: [{ kind: "enqueued" }, { kind: "started" }, { kind: "finished", principal: "token ci" }],
  });
});

test("the same idempotency key enters once", async () => {
  const ci = await token("twice", "--role", "deployer");
  const entries = [1, 2].map(() =>
    send(ci, "POST", "/v1/deployments", { ...cell, cell_index: 2 }, { "idempotency-key": "run-1" }),
  );

  const [first, second] = await Promise.all(entries);
  expect(first?.body["deployment_id"]).toBe(second?.body["deployment_id"]);
});

test.each([
  ["at its entry", true, undefined],
  ["by a call", false, ""],
  ["by a call that waits", false, "?wait=5"],
])(
  "what is started %s with a promise of heartbeats has a lease of a minute until the first",
  async (_, start, query) => {
    const ci = await token(`shortly-${start}-${query}`, "--role", "deployer");
    const place = { ...cell, cell_index: start ? 11 : query === "" ? 12 : 13, heartbeat: true, keeper: "curl" };
    const entered = await send(ci, "POST", "/v1/deployments", { ...place, ...(start && { start }) });
    const path = `/v1/deployments/${entered.body["deployment_id"]}`;
    if (!start) await send(ci, "POST", `${path}/start${query}`, { heartbeat: true, keeper: "curl" });
    const minutesLeft = async () => {
      const [row] = await cli.sql<{ left: number }[]>`
        select round(extract(epoch from alive_until - start_timestamp) / 60)::integer as left
        from deploy_queue.deployments where id = ${Number(entered.body["deployment_id"])}`;
      return row?.left;
    };
    expect(await minutesLeft()).toBe(1);
    await send(ci, "POST", `${path}/heartbeat`, { keeper: "curl" });
    expect(await minutesLeft()).toBe(15);
  },
);

test("what people have written is told as it is", async () => {
  const operator = await token("as-it-is", "--role", "operator");
  const environment = "as-it-is";
  await send(operator, "PUT", `/v1/environments/${environment}`, { confirmation: "yes => deploy_queue.cancel(3)" });
  const { status, body } = await send(operator, "POST", "/v1/deployments", { ...cell, environment });
  expect({ status, detail: body["detail"] }).toEqual({
    status: 409,
    detail: expect.stringContaining('"yes => deploy_queue.cancel(3)"'),
  });
});

test("a condition of an empty list holds for no row", async () => {
  const ci = await token("none", "--role", "deployer");
  await send(ci, "POST", "/v1/deployments", { ...cell, cell_index: 14 });
  const { body } = await send(ci, "POST", "/v1/look/deployments_with_status", { conditions: { region: [] } });
  expect(body).toEqual({ rows: [] });
});

test("who asks again is told that nothing has changed, until something has", async () => {
  const ci = await token("again", "--role", "deployer");
  const { body } = await send(ci, "POST", "/v1/deployments", { ...cell, cell_index: 3, start: true });
  const path = `/v1/deployments/${body["deployment_id"]}`;
  const list = `/v1/deployments?region=${region}&cell_index=3`;
  const ask = (where: string, tag = "") =>
    fetch(`${server.base}${where}`, { headers: { authorization: `Bearer ${ci}`, "if-none-match": tag } });
  for (const where of [path, list]) {
    const tag = (await ask(where)).headers.get("etag") ?? "";
    const again = await ask(where, `"other", W/${tag}`);
    expect({ status: again.status, text: await again.text(), tag: again.headers.get("etag") }).toEqual({
      ...{ status: 304, text: "", tag },
    });
  }

  const tag = (await ask(path)).headers.get("etag") ?? "";
  await send(ci, "POST", `${path}/finish`);
  expect((await ask(path, tag)).status).toBe(200);
});

test.each([
  ["DELETE", "/v1/deployments", "POST, GET, HEAD"],
  ["PUT", "/v1/deployments/1/start", "POST"],
  ["POST", "/livez", "GET, HEAD"],
])("%s %s is no method of that path, which has %s", async (method, path, methods) => {
  const { status, headers, body } = await send(undefined, method, path);
  expect({ status, allow: headers.get("allow") }).toEqual({ status: 405, allow: methods });
  expect(body).toMatchObject({ detail: `there is no ${method} ${path}`, exit_code: 2 });
});

test("a page of deployments leads to the next one", async () => {
  const ci = await token("pages", "--role", "deployer");
  for (const cell_index of [11, 12, 13]) {
    await send(ci, "POST", "/v1/deployments", { ...cell, cell_index, component: "paged" });
  }

  const first = await send(ci, "GET", "/v1/deployments?component=paged&limit=2");
  expect(first.body["items"]).toMatchObject([{ cell_index: 13 }, { cell_index: 12 }]);
  const second = await send(ci, "GET", `/v1/deployments?component=paged&limit=2&cursor=${first.body["next_cursor"]}`);
  expect(second.body).toMatchObject({ items: [{ cell_index: 11 }], next_cursor: null });
});

test.each([
  [
    "POST",
    "/v1/deployments/999999/finish",
    {},
    "Ids come from POST /v1/deployments and stand in GET /v1/queue and GET /v1/running.",
  ],
  ["POST", "/v1/deployments", { ...cell, environment: "nowhere" }, "PUT /v1/environments/{environment} adds one."],
  ["POST", "/v1/work", { target: "nowhere", commands: ["true"] }, "GET /v1/targets lists them."],
  ["POST", "/deploy", { cd: "/nowhere", commands: ["true"] }, "GET /v1/targets lists them."],
  [
    "POST",
    "/v1/call/finish",
    { arguments: { deployment_id: 999999 } },
    "Ids come from deploy_queue.enqueue() and stand in",
  ],
])("the hint of %s %s with %j names requests, and functions to programs", async (method, path, body, hint) => {
  const reply = await send(await tokenOf("deployer"), method, path, body);
  expect(reply.body["hint"] ?? reply.body["error"]).toContain(hint);
});

test.each([
  [undefined, "GET", "/v1/queue", undefined, 401, "the request brings no token"],
  ["wrong", "GET", "/v1/queue", undefined, 401, "the token is not known here, has expired, or was revoked"],
  ["reader", "POST", "/v1/deployments", cell, 403, "token reader may not call enqueue"],
  ["deployer", "POST", "/v1/freezes", { environment, reason: "stop" }, 403, "token deployer may not call freeze"],
  ["deployer", "POST", "/v1/deployments", { ...cell, celk: 1 }, 400, "celk is not known here"],
  [
    "deployer",
    "POST",
    "/v1/deployments",
    { ...cell, cell_index: -1 },
    400,
    "cell_index must be a whole number from 0 to 2147483647",
  ],
  ["deployer", "POST", "/v1/deployments", "{", 400, "JSON"],
  [
    "deployer",
    "POST",
    "/v1/deployments",
    { ...cell, environment: "nowhere" },
    404,
    "environment nowhere does not exist",
  ],
  ["deployer", "POST", "/v1/deployments", { ...cell, note: "x".repeat(70_000) }, 413, "large"],
  ["deployer", "GET", "/v1/deployments/999999", undefined, 404, "deployment 999999 does not exist"],
  ["deployer", "POST", "/v1/deployments/999999/finish", {}, 404, "deployment 999999 does not exist"],
  ["deployer", "GET", "/v1/deployments/x", undefined, 400, "deployment_id must be a whole number, 1 or more"],
  ["deployer", "POST", "/v1/deployments/true/cancel", {}, 400, "deployment_id"],
  ["deployer", "GET", "/v1/%zz", undefined, 400, "%zz"],
  ["deployer", "GET", "/v1/deployments?colour=red", undefined, 400, "colour is not known here"],
  ["deployer", "GET", "/v1/deployments?cursor=!", undefined, 400, "cursor"],
  ["deployer", "GET", "/v1/nothing", undefined, 404, "there is no GET /v1/nothing"],
] as const)("%s %s %s with %j is a problem", async (role, method, path, body, status, detail) => {
  const secret = role === undefined || role === "wrong" ? role : await tokenOf(role);

  const reply = await send(secret, method, path, body);
  expect(reply).toMatchObject({ status, body: { status, detail: expect.stringContaining(detail) } });
  expect(reply.headers.get("content-type")).toContain("application/problem+json");
  expect(JSON.stringify(reply.body)).not.toMatch(/\bat .*\.[jt]s:\d/);
});

test("the server says that it and its database are well", async () => {
  expect((await send(undefined, "GET", "/health")).body).toMatchObject({ service: "deploy-queue", status: "ok" });
  expect((await send(undefined, "GET", "/readyz")).status).toBe(200);
  expect((await send(undefined, "GET", "/livez")).status).toBe(200);
  expect(logged).toEqual([]);
});

test("an entry without the phrase that is demanded is a conflict and a record, and what waits is confirmed", async () => {
  const ci = await token("confirming", "--role", "deployer");
  const gated = { ...cell, environment: await cli.environment() };
  const early = await send(ci, "POST", "/v1/deployments", gated);
  await cli.queue.environments.set(gated.environment, { confirmation: "deploy-now" });

  const rejected = await send(ci, "POST", "/v1/deployments", { ...gated, confirmation: "Deploy-now" });
  expect(rejected.status).toBe(409);
  expect(rejected.body).toMatchObject({
    detail: expect.stringContaining('the confirmation is "deploy-now", not "Deploy-now"'),
    exit_code: 4,
  });
  expect(
    await cli.sql`
      select cancellation_kind from deploy_queue.deployments
      where environment = ${gated.environment} and cancellation_kind is not null`,
  ).toEqual([{ cancellation_kind: "rejected" }]);
  const path = `/v1/deployments/${String(early.body["deployment_id"])}/confirm`;
  expect((await send(ci, "POST", path, { confirmation: "no" })).body).toMatchObject({ confirmed: false });
  expect((await send(ci, "POST", path, { confirmation: "deploy-now" })).body).toMatchObject({ confirmed: true });
});

test.each(operations)("$method $path calls a function with arguments that it has", async ({ path, calls, body }) => {
  const [found] = await cli.sql<{ inputs: string[]; required: string[] }[]>`
    select to_json(proargnames[:pronargs]) as inputs, to_json(proargnames[:pronargs - pronargdefaults]) as required from pg_proc
    where pronamespace = 'deploy_queue'::regnamespace and proname = ${calls}`;
  const ofPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  expect(found?.inputs).toEqual(expect.arrayContaining([...ofPath, ...Object.keys(body?.properties ?? {})]));
  expect([...ofPath, ...(body?.required ?? [])]).toEqual(expect.arrayContaining(found?.required ?? []));
});

test("preflight shows the gates, which a report and the phrase open", async () => {
  const ci = await token("looking", "--role", "deployer");
  const checker = await token("checking", "--role", "checker");
  const gated = { ...cell, environment: await cli.environment(), version: "v1" };
  await cli.queue.environments.set(gated.environment, { confirmation: "deploy-now", requireChecks: ["e2e"] });

  const shut = await send(ci, "POST", "/v1/preflight", gated);
  expect(shut).toMatchObject({
    status: 200,
    body: {
      can_start: false,
      checklist: [
        { kind: "confirmation", is_open: false },
        { kind: "check", is_open: false },
      ],
    },
  });
  const report = {
    component: "api",
    version: "v1",
    name: "e2e",
    passed: true,
    details: { ran: 12 },
    expires_in: 3_600,
  };
  expect(await send(ci, "POST", "/v1/checks", report)).toMatchObject({ status: 403 });
  expect(await send(checker, "POST", "/v1/checks", report)).toMatchObject({ status: 201, body: { passed: true } });
  expect((await send(ci, "GET", "/v1/checks?component=api&version=v1")).body["items"]).toMatchObject([
    { name: "e2e", state: "passed", details: { ran: 12 } },
  ]);
  const open = await send(ci, "POST", "/v1/preflight", { ...gated, confirmation: "deploy-now" });
  expect(open.body).toMatchObject({ can_start: true, gates_open: true });
});

test("what requires verification is verified, and finishes then", async () => {
  const ci = await token("verifying", "--role", "deployer");
  const gated = { ...cell, environment: await cli.environment(), version: "v1" };
  await cli.queue.environments.set(gated.environment, { requireVerification: true });
  const { body } = await send(ci, "POST", "/v1/deployments", { ...gated, start: true });
  const path = `/v1/deployments/${String(body["deployment_id"])}`;

  expect(await send(ci, "POST", `${path}/finish`)).toMatchObject({
    ...{ status: 409 },
    body: {
      hint: `See that what it deployed works, then call POST ${path}/finish with {"verified": true}.`,
    },
  });
  await send(ci, "POST", `${path}/verify`);
  expect((await send(ci, "GET", path)).body).toMatchObject({ status: "verifying" });
  await send(ci, "POST", `${path}/finish`, { verified: true });
  expect((await send(ci, "GET", path)).body).toMatchObject({ status: "finished" });
});

test("a reservation is not redeemed for another component", async () => {
  const ci = await token("reserving", "--role", "deployer");
  const place = { ...cell, environment: await cli.environment() };
  const { body } = await send(ci, "POST", "/v1/deployments", { ...place, reserve_for: 600 });
  const path = `/v1/deployments/${String(body["deployment_id"])}/redeem`;

  expect(await send(ci, "POST", path, { ...place, component: "web" })).toMatchObject({ status: 409 });
  expect(await send(ci, "POST", path, place)).toMatchObject({ status: 200, body: { reserved_until: null } });
});

import { beforeAll, expect, test } from "vitest";
import { operations } from "../../src/server/operations/all.js";
import type { Operation } from "../../src/server/operations/operation.js";
import { readings } from "../../src/server/operations/readings.js";
import { useCommandLine } from "../support/commandLine.js";
import { useHttpServer } from "../support/httpServer.js";
import { newTarget } from "../support/targets.js";

const cli = useCommandLine();
const { send, token, tokenOf } = useHttpServer(cli);
const roles = ["reader", "approver", "checker", "agent", "deployer", "operator"] as const;

const place = { environment: "guarded", cloud_provider: "aws", region: "rights", cell_index: 1 };
/** Deployments, a freeze and a window of the owner; no caller of a server has entered them. */
const ids = { deployment_id: 0, freeze_id: 0, window_id: 0 };
/** Whose operator may change another environment only. */
let elsewhere: string;

beforeAll(async () => {
  await cli.queue.environments.set(place.environment, { approvals: 1 });
  await cli.queue.environments.set("elsewhere", {});
  const [row] = await cli.sql<(typeof ids)[]>`
    select
      (deploy_queue.enqueue('guarded', 'aws', 'rights', 1, 'api', version => 'v1')).id::int as deployment_id,
      (deploy_queue.freeze('guarded', 'a test')).id as freeze_id,
      (deploy_queue.add_window('guarded', '{1}', '09:00', '17:00')).id as window_id`;
  Object.assign(ids, row);
  const target = newTarget({ target: "guarded", ...place, component: "api" });
  await cli.queue.work.register("host", [target]);
  elsewhere = await token("elsewhere", "--role", "operator", "--environment", "elsewhere");
});

const values = {
  ...{ ...place, component: "api", version: "v1", reason: "a test", note: "a test", confirmation: "yes", slots: 1 },
  ...{ name: "e2e", passed: true, days: [1], opens_at: "09:00", closes_at: "17:00" },
};

/** What a body needs of which the schema says that one of several will do. */
const oneOfSeveral: Readonly<Record<string, object>> = { submit: { target: "guarded", commands: ["true"] } };

/** The path and the body of a request that only rights can keep from being carried out. */
function requestOf({
  path,
  body,
  calls = "",
}: {
  readonly path: string;
  readonly body?: Operation["body"];
  readonly calls?: string;
}): [string, object] {
  const known: Readonly<Record<string, unknown>> = { ...values, ...ids, deployment_ids: [ids.deployment_id] };
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => String(known[name]));
  return [
    `/v1${filled}`,
    { ...Object.fromEntries((body?.required ?? []).map((name) => [name, known[name]])), ...oneOfSeveral[calls] },
  ];
}

/** Everything that a call could change. */
const state = () =>
  cli.sql`
    select
      (select json_agg(deployments order by id) from deploy_queue.deployments) as deployments,
      (select json_agg(freezes order by id) from deploy_queue.freezes) as freezes,
      (select json_agg(windows order by id) from deploy_queue.maintenance_windows as windows) as windows,
      (select json_agg(environments order by environment) from deploy_queue.environments) as environments,
      (select json_agg(cells order by id) from deploy_queue.cells) as cells,
      (select count(*) from deploy_queue.line_holds) as holds, (select count(*) from deploy_queue.bad_versions) as bad,
      (select json_agg(work) from deploy_queue.work) as work`;

async function mayCall(role: string, name: string): Promise<boolean> {
  const [row] = await cli.sql<{ may: boolean }[]>`
    select bool_or(has_function_privilege(${`deploy_queue_${role}`}, oid, 'execute')) as may from pg_proc
    where pronamespace = 'deploy_queue'::regnamespace and proname = ${name}`;
  return row?.may === true;
}

test.each(operations)("$method $path is shut to strangers and to roles that may not call it", async (operation) => {
  const [path, body] = requestOf(operation);
  const before = await state();

  expect((await send(undefined, operation.method, path, body)).status).toBe(401);
  expect((await send("a guess", operation.method, path, body)).status).toBe(401);
  for (const role of roles) {
    if (!(await mayCall(role, operation.calls))) {
      const { status, body: answer } = await send(await tokenOf(role), operation.method, path, body);
      expect({ role, status, code: answer["code"] }).toEqual({ role, status: 403, code: "QD072" });
    }
  }
  expect(await state()).toEqual(before);
});

const changesDeployments = operations.filter(
  ({ path, body, calls }) => calls !== "assert" && /deployment_ids?\b/.test(`${path} ${body?.required?.join()}`),
);

test.each(changesDeployments)(
  "$method $path of what another has entered is refused to a deployer",
  async (operation) => {
    const [path, body] = requestOf(operation);
    const before = await state();

    const { status } = await send(await tokenOf("deployer"), operation.method, path, body);
    expect(status).toBe(403);
    expect(await state()).toEqual(before);
  },
);

/** What reads, what is told of a version wherever it runs, a mark, which counts in the environments of its caller only, and what has happened. */
const ofNoEnvironment = ["assert", "preflight", "report_check", "mark_bad", "mark_good", "record_bypass"];

test.each(operations.filter(({ calls }) => !ofNoEnvironment.includes(calls)))(
  "$method $path in one environment is refused to an operator of another one",
  async (operation) => {
    const [path, body] = requestOf(operation);
    const before = await state();

    const { status, body: answer } = await send(elsewhere, operation.method, path, body);
    // Of many heartbeats, those that are not its own are left out.
    expect(operation.calls === "heartbeats" ? answer : { status }).toEqual(
      operation.calls === "heartbeats" ? { items: [] } : { status: 403 },
    );
    expect(await state()).toEqual(before);
  },
);

test.each([{ path: "/deployments/{deployment_id}" }, ...readings])(
  "GET $path is shut to strangers and open to every role",
  async ({ path }) => {
    const [filled] = requestOf({ path });
    const query = path.endsWith("promotable")
      ? `?${new URLSearchParams({ latest_from: "dev", component: "api", ...place, cell_index: "1" })}`
      : "";

    expect((await send(undefined, "GET", filled + query)).status).toBe(401);
    for (const role of roles) {
      const { status } = await send(await tokenOf(role), "GET", filled + query);
      // Nothing is promoted to this environment.
      expect(status, role).toBe(query === "" ? 200 : 409);
    }
  },
);

import { beforeAll, describe, expect, test } from "vitest";
import { describeForecast } from "../../../src/text/describeForecast.js";
import { explanation } from "../../../src/text/explanation.js";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql, queue } = database;
const text = "it waits for the approval of ann";

/** A rule as a contributor may add it tomorrow: one branch, in one function, of this database alone. */
beforeAll(async () => {
  const [row] = await sql<{ definition: string }[]>`
    select pg_get_functiondef(oid) as definition from pg_proc
    where proname = '_withheld' and pronamespace = 'deploy_queue'::regnamespace`;
  await sql.unsafe(
    (row?.definition ?? "").replace(
      "return v_reasons;",
      `if candidate.component = 'gated' then
        v_reasons := v_reasons || deploy_queue._reason('approval', '${text}',
          cures => jsonb_build_array(deploy_queue._call('approve', 'deployment_id', candidate.id::text)));
      end if;
      return v_reasons;`,
    ),
  );
});

const approve = (id: number) => [{ function: "approve", arguments: { deployment_id: `${id}` } }];

describe("a branch that is added to the rule is heard by", () => {
  test("waiting_on and explain, with its words and its cure", async () => {
    const id = await newLine(database).add("queued", { component: "gated" });
    expect(await sql`select * from deploy_queue.waiting_on(${id})`).toEqual([
      { kind: "approval", text, until: null, deployment_id: null, cures: approve(id) },
    ]);
    expect(await sql`select kind, text, cure from deploy_queue.explain(${id})`).toEqual([
      { kind: "approval", text, cure: `deploy_queue.approve(deployment_id => '${id}')` },
    ]);
  });

  test("try_start", async () => {
    const id = await newLine(database).add("queued", { component: "gated" });
    expect(await queue.tryStart(id)).toMatchObject({ started: false, waitingOn: [{ kind: "approval", text }] });
  });

  test("a plain INSERT and UPDATE", async () => {
    const line = newLine(database);
    const id = await line.add("queued", { component: "gated" });
    const start = sql`update deploy_queue.deployments set start_timestamp = now() where id = ${id}`;
    await expect(start).rejects.toMatchObject({ code: "QD003", message: expect.stringContaining(text) });
    const ask = await sql`update deploy_queue.deployments set start_timestamp = 'infinity' where id = ${id}`;
    expect(ask.count).toBe(0);
    const { region } = newLine(database);
    const entered = sql`
      insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component, start_timestamp)
      values ('dev', 'aws', ${region}, 0, 'gated', 'infinity') returning start_timestamp`;
    expect(await entered).toEqual([{ start_timestamp: null }]);
  });

  test("the queue view, the forecast and a preflight", async () => {
    const line = newLine(database);
    const id = await line.add("queued", { component: "gated" });
    const told = {
      predicted_start: null,
      blocker_count: 1,
      blockers: [{ kind: "approval", text, cures: approve(id) }],
    };
    expect(await sql`select * from deploy_queue.queue where deployment_id = ${id}`).toMatchObject([told]);
    expect(await sql`select * from deploy_queue.forecast(${id})`).toMatchObject([told]);
    const { forecast, checklist, can_start } = await queue.line.preflight({
      ...{
        environment: "dev",
        cloudProvider: "aws",
        region: newLine(database).region,
        cellIndex: 0,
        component: "gated",
      },
    });
    expect(forecast).toMatchObject({ predicted_start: null, blockers: [{ kind: "approval", text }] });
    expect({ can_start, checklist }).toMatchObject({ can_start: false, checklist: [{ kind: "approval", text }] });
  });

  test("stuck_deployments: a deployment that it withholds is not idle", async () => {
    const gated = await newLine(database).add("queued", { component: "gated" });
    const idle = await newLine(database).add("queued");
    await database.advance("5 minutes");
    const ids = (await sql`select deployment_id from deploy_queue.stuck_deployments`).map(
      (row) => row["deployment_id"],
    );
    expect(ids).toContain(idle);
    expect(ids).not.toContain(gated);
  });

  test("the wake-ups: the end of a blocker does not wake a deployment that it withholds", async () => {
    const line = newLine(database);
    const runner = await line.add("running");
    const gated = await line.add("queued", { component: "gated" });
    const ear = await listen(database, [gated]);
    await queue.finish(runner);
    expect(await ear.heard()).toEqual([]);
  });

  test("the display of a wait and the command line, which names its cure as a command", async () => {
    const id = await newLine(database).add("queued", { component: "gated" });
    const forecast = await queue.line.forecast(id);
    expect(forecast && describeForecast(forecast).join("\n")).toContain(text);
    expect(explanation(await queue.deployment(id), await queue.line.explain(id)).split("\n")).toEqual([
      `deployment ${id} (gated) waits:`,
      `  approval: ${text}`,
      `    deploy-queue approve ${id}`,
    ]);
  });
});

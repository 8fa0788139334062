import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { outcome } from "../../support/session.js";

const database = useDatabase();
const { sql } = database;

const explain = (id: number) => sql`select kind, text, until, blocker_id, cure from deploy_queue.explain(${id})`;

test("names each reason, its blocker, its end, and the call that lifts it", async () => {
  const line = newLine(database);
  const running = await line.add("running");
  const ahead = await line.add("queued");
  const id = await line.add("queued", { hold: "in-line" });

  expect([...(await explain(id))]).toEqual([
    {
      kind: "hold",
      text: expect.any(String),
      until: null,
      blocker_id: null,
      cure: `deploy_queue.release(deployment_id => '${id}')`,
    },
    {
      kind: "running",
      text: `deployment ${running} (api) is running`,
      until: null,
      blocker_id: running,
      // It may be at work: its keeper or its deployer ends it.
      cure: null,
    },
    {
      kind: "queued",
      text: `deployment ${ahead} (api) is ahead in the line`,
      until: null,
      blocker_id: ahead,
      cure: `deploy_queue.bump(reason => ..., deployment_id => '${id}')`,
    },
  ]);
});

test("says nothing of a deployment that may start, and refuses one that does not exist with QD001", async () => {
  expect(await explain(await newLine(database).add("queued"))).toEqual([]);
  expect(await outcome(explain(0))).toBe("QD001");
});

test("says of a blocker without a keeper how to end it, once it has run for too long", async () => {
  const line = newLine(database);
  const running = await line.add("running");
  const id = await line.add("queued");

  await database.advance("59 minutes");
  expect(await explain(id)).toMatchObject([{ kind: "running", cure: null }]);
  await database.advance("2 minutes");

  expect(await explain(id)).toMatchObject([
    {
      text: expect.stringMatching(
        / is running since .* without a keeper: it never ends by itself; once its work has ended$/,
      ),
      cure: `deploy_queue.finish(deployment_id => '${running}') or deploy_queue.cancel(deployment_id => '${running}')`,
    },
  ]);
});

test("names the policy that a buffer comes from: that of the environment, or of the component", async () => {
  const line = newLine(database, "prod");
  await line.add("finished");
  const id = await line.add("queued");
  const cureOf = async () => (await explain(id)).map(({ kind, cure }) => [kind, cure]);
  expect(await cureOf()).toEqual([
    ["buffer", "deploy_queue.set_environment(buffer_time => ..., environment => 'prod')"],
  ]);

  await sql`select from deploy_queue.set_component('prod', 'api', slots => 1)`;
  expect(await cureOf()).toEqual([
    ["buffer", "deploy_queue.set_environment(buffer_time => ..., environment => 'prod')"],
  ]);
  await sql`select from deploy_queue.set_component('prod', 'api', buffer_time => '5 minutes')`;
  expect(await cureOf()).toEqual([
    ["buffer", "deploy_queue.set_component(component => 'api', buffer_time => ..., environment => 'prod')"],
  ]);
});

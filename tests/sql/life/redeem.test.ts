import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newOrderedLine } from "../../support/orderedLine.js";

const database = useDatabase();
const { sql } = database;

test("a redeemed reservation goes on from its place, with what is known by now", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  await line.enter("a", { valid_for: "2 hours", sequence: 1 });
  await line.enter("b", { component: "web" });
  await sql`select from deploy_queue.redeem(${line.id("a")}, version => 'v1', artifact => 'sha256:1', url => 'https://ci')`;
  expect(
    await sql`
    select version, artifact, url, hold, reserved_until from deploy_queue.deployments where id = ${line.id("a")}`,
  ).toEqual([{ version: "v1", artifact: "sha256:1", url: "https://ci", hold: null, reserved_until: null }]);
  expect(await line.start("b")).toBe("queued a");
  expect(await line.start("a")).toBe("started");
  const kinds = await sql<{ kind: string }[]>`
    select kind from deploy_queue.deployment_events where deployment_id = ${line.id("a")} order by id`;
  expect(kinds.map(({ kind }) => kind)).toEqual(["enqueued", "redeemed", "started"]);
});

test.for<[string, string]>([
  ["is no reservation", "plain"],
  ["was redeemed before", "twice"],
  ["is of another component", "component"],
  ["is of another cell", "cell"],
  ["has another version", "version"],
  ["is over", "over"],
  ["is over and cancelled for that", "reaped"],
])("what %s is refused", async ([, which]) => {
  const line = newOrderedLine(database);
  await line.ready;
  if (which === "plain") await line.enter("a");
  else await line.enter("a", { valid_for: "5 minutes", version: "v1" });
  if (which === "twice") await sql`select from deploy_queue.redeem(${line.id("a")})`;
  if (which === "over" || which === "reaped") await database.advance("6 minutes");
  if (which === "reaped") await sql`select deploy_queue.reap_stale_deployments()`;
  const component = which === "component" ? "web" : null;
  const version = which === "version" ? "v2" : null;
  const index = which === "cell" ? 2 : null;
  await expect(
    sql`
      select from deploy_queue.redeem(${line.id("a")}, component => ${component}, version => ${version}, cell_index => ${index})`,
  ).rejects.toMatchObject({ code: "QD052" });
});

test("what is known stays as it is, and nothing else changes with a redemption", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  await line.enter("a", { valid_for: "5 minutes", version: "v1" });
  await expect(sql`
    update deploy_queue.deployments set hold = null, reserved_until = null, version = 'v2'
    where id = ${line.id("a")}`).rejects.toMatchObject({ code: "QD007" });
  await expect(sql`
    update deploy_queue.deployments set hold = null, reserved_until = null, note = 'other'
    where id = ${line.id("a")}`).rejects.toMatchObject({ code: "QD007" });
});

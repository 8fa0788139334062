import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { useLogins } from "../../support/logins.js";
import { newWebhook, taken, told } from "../../support/webhooks.js";

const database = useDatabase();
const { sql, queue } = database;
const newLogin = useLogins(database);
const line = newLine(database);

beforeAll(async () => {
  await queue.roles.create();
});

test.for([
  [{ name: "" }, "23514"],
  [{ url: "http://example.com/plain" }, "23514"],
  [{ url: "https://ann:secret@example.com/" }, "23514"],
  [{ url: "ftp://example.com" }, "23514"],
  [{ url: "https://127.0.0.1:8443/hook" }, "QD090"],
  [{ url: "https://[::1]/hook" }, "QD090"],
  [{ url: "https://[::ffff:10.0.0.1]" }, "QD090"],
  [{ url: "https://192.168.1.20?x=1" }, "QD090"],
  [{ url: "https://2130706433/" }, "QD090"],
  [{ url: "https://Localhost:8443/" }, "QD090"],
  [{ events: [] }, "23514"],
  [{ events: ["started", "woken"] }, "QD090"],
  [{ environments: ["nowhere"] }, "QD002"],
  [{ preset: "carrier-pigeon" }, "23514"],
  [{ preset: "slack-bot", credential: "xoxb-1" }, "23514"],
  [{ preset: "pagerduty" }, "23514"],
] as const)("a webhook with %j is refused with %s", async ([overrides, code]) => {
  await expect(newWebhook(database, overrides)).rejects.toMatchObject({ cause: { code } });
});

test("without TLS it may be on a private network only", async () => {
  await newWebhook(database, { url: "http://10.0.0.1/hook", allowPrivate: true });
});

test("a name belongs to one webhook", async () => {
  const { name } = await newWebhook(database);
  await expect(newWebhook(database, { name })).rejects.toMatchObject({ cause: { code: "QD091" } });
});

test("the secret has 32 random bytes, and neither the record nor a view has it or the path of the address", async () => {
  const credential = "routing-key-of-somebody";
  const made = await newWebhook(database, { url: "https://example.com/T0/B0/hidden", preset: "pagerduty", credential });
  const other = await newWebhook(database);
  expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(made.secret).not.toBe(other.secret);
  const shown = JSON.stringify([
    await queue.webhooks.list(),
    await sql`select * from deploy_queue.deployment_events where detail ->> 'table' = 'webhooks'`,
  ]);
  expect(shown).toContain(made.name);
  for (const secret of [made.secret, credential, "hidden"]) expect(shown).not.toContain(secret);
});

test("an operator reads no secret, by no way: only the role of workers is given them", async () => {
  const { secret } = await newWebhook(database);
  const operator = await newLogin("deploy_queue_operator");
  for (const statement of [
    "select * from deploy_queue.webhooks",
    "select secret from deploy_queue.webhooks",
    "select * from deploy_queue.next_webhook_messages()",
    "select * from deploy_queue.webhook_messages",
  ]) {
    await expect(operator.sql.unsafe(statement)).rejects.toMatchObject({ code: "42501" });
  }
  expect(JSON.stringify(await operator.sql`select * from deploy_queue.known_webhooks`)).not.toContain(secret);
  await expect(
    sql`select deploy_queue.create_token(name => 'w', kind => 'deliverer', hash => sha256('x'))`,
  ).rejects.toMatchObject({ code: "QD030" });
});

test("an operator of one environment has others told of that one only, and a deployer of none", async () => {
  const operator = await newLogin();
  await queue.roles.grant(operator.name, "operator", ["dev"]);
  const add = (name: string, environments: string | null) => operator.sql`
    select webhook_name from deploy_queue.add_webhook(name => ${name}, url => 'https://example.com', events => '{started}',
      environments => ${environments}::text::text[])`;
  await add("of dev", "{dev}");
  await expect(add("of all", null)).rejects.toMatchObject({ code: "QD020" });
  await expect(add("of prod", "{dev,prod}")).rejects.toMatchObject({ code: "QD020" });
  const { name } = await newWebhook(database);
  await expect(operator.sql`select deploy_queue.remove_webhook(${name})`).rejects.toMatchObject({ code: "QD020" });
  const deployer = await newLogin("deploy_queue_deployer");
  await expect(deployer.sql`select deploy_queue.remove_webhook(${name})`).rejects.toMatchObject({ code: "42501" });
});

test("it is told of its events in its environments, and of nothing that happened before", async () => {
  await line.add("finished");
  const { name } = await newWebhook(database, { environments: ["dev"] });
  await line.add("finished");
  await newLine(database, "prod").add("finished");
  await line.add("cancelled");
  expect(await told(database, name)).toEqual(["started", "finished"]);
});

test("it is told of what a transaction has done only when that is committed", async () => {
  const { name } = await newWebhook(database);
  const id = await line.add("queued");
  await sql`
    do $$ begin perform deploy_queue.try_start((select max(id) from deploy_queue.deployments)); raise exception 'undone'; end $$`.catch(
    () => undefined,
  );
  expect(await told(database, name)).toEqual([]);
  await queue.tryStart(id);
  expect(await told(database, name)).toEqual(["started"]);
  await queue.finish(id);
});

test("it is told of freezes, and of their end", async () => {
  const { name } = await newWebhook(database, { events: ["frozen", "thawed"], environments: ["dev"] });
  const { freeze_id } = await queue.policies.freeze({ environment: "dev", cloudProvider: "gcp" }, "an incident");
  await queue.policies.editFreeze(freeze_id, { reason: "a big incident" });
  await queue.policies.thaw(freeze_id);
  expect(await told(database, name)).toEqual(["frozen", "thawed"]);
});

test("it is told once that a freeze has expired, whoever looks, and again when that freeze holds again", async () => {
  const { name } = await newWebhook(database, { events: ["frozen", "thawed"] });
  const { policies } = queue;
  const freeze = { environment: "dev", cloudProvider: "gcp" };
  const until = (minutes: number) => new Date(Date.now() + minutes * 60_000);
  const { freeze_id } = await policies.freeze(freeze, "a sale", { until: until(60) });
  await sql`select deploy_queue.reap_stale_deployments()`;
  expect(await told(database, name)).toEqual(["frozen"]);
  await database.advance("61 minutes");
  const workers = Array.from({ length: 4 }, () => sql`select deploy_queue.reap_stale_deployments()`);
  await Promise.all(workers);
  await sql`select deploy_queue.reap_stale_deployments()`;
  await policies.thaw(freeze_id);
  expect(await told(database, name)).toEqual(["frozen", "thawed"]);
  await policies.editFreeze(freeze_id, { until: until(300) });
  await policies.thaw(freeze_id);
  await sql`select deploy_queue.reap_stale_deployments()`;
  expect(await told(database, name)).toEqual(["frozen", "thawed", "frozen", "thawed"]);
});

test("it is told once that an approval is needed, of those that need one", async () => {
  await queue.environments.set("guarded", { approvals: 1 });
  const { name } = await newWebhook(database, { events: ["approval-needed"] });
  await line.add("queued");
  const held = await database.enqueue({ environment: "guarded", hold: "outside" });
  expect(await told(database, name)).toEqual([]);
  await queue.holds.release(held.id, { heartbeat: false, key: "once" });
  await database.enqueue({ environment: "guarded" });
  expect(await told(database, name)).toEqual(["approval-needed", "approval-needed"]);
});

test("an approval that comes before a worker looks does not hide that it was needed", async () => {
  await queue.environments.set("hasty", { approvals: 1 });
  const { name } = await newWebhook(database, { events: ["approval-needed", "finished"] });
  const { id } = await database.enqueue({ environment: "hasty" });
  await queue.environments.set("hasty", { approvals: 0 });
  expect(await queue.tryStart(id)).toMatchObject({ started: true });
  await queue.finish(id);
  expect(await told(database, name)).toEqual(["approval-needed", "finished"]);
});

test("it is told of those that wait when a policy demands approvals of them, and of no others", async () => {
  await queue.environments.set("stricter", {});
  const { name } = await newWebhook(database, { events: ["approval-needed"] });
  const environment = "stricter";
  const [api, web] = [
    await database.enqueue({ environment, component: "api" }),
    await database.enqueue({ environment, component: "web", cellIndex: 2 }),
  ];
  await database.enqueue({ environment, component: "api", hold: "outside" });
  const toldOf = async () =>
    (await queue.webhooks.deliveries(name)).map(({ kind, deployment_id }) => `${kind} ${deployment_id}`).toSorted();
  await queue.environments.setComponent(environment, "web", { approvals: 1 });
  expect(await toldOf()).toEqual([`approval-needed ${web.id}`]);
  await queue.environments.set(environment, { approvals: 1 });
  const both = [`approval-needed ${api.id}`, `approval-needed ${web.id}`].toSorted();
  expect(await toldOf()).toEqual(both);
  await queue.environments.set(environment, { approvals: 2 });
  expect(await toldOf()).toEqual(both);
  expect((await taken(database, name))[0]?.body).toMatchObject({
    type: "deployment.approval-needed",
    data: { deployment: { id: web.id }, reason: expect.stringContaining("approvals") },
  });
});

test("it is told when the version of a redeemed reservation needs approvals", async () => {
  await queue.environments.set("reserved", { approvals: 1 });
  const { name } = await newWebhook(database, { events: ["approval-needed"] });
  const [reserved] = await sql<{ id: number }[]>`
    select id from deploy_queue.reserve('reserved', 'aws', 'us-west-2', 1, 'api', '1 hour')`;
  expect(await told(database, name)).toEqual([]);
  await sql`select deploy_queue.redeem(${reserved?.id ?? 0}, version => 'v2')`;
  expect(await told(database, name)).toEqual(["approval-needed"]);
});

test("what is recorded after the fact is no news", async () => {
  const { name } = await newWebhook(database, { events: ["enqueued", "started", "finished"] });
  await sql`
    insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component, start_timestamp, finish_timestamp)
    values ('dev', 'aws', 'late', 0, 'api', now() - interval '2 minutes', now() - interval '1 minute')`;
  expect(await told(database, name)).toEqual([]);
});

import { expect, test } from "vitest";
import { newVersion, reportTo } from "../../support/checks.js";
import { useDatabase } from "../../support/database.js";
import { insertBulk, insertFinished } from "../../support/history.js";
import { newLine } from "../../support/line.js";
import { openSession } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;

async function pruneAll(): Promise<number> {
  let total = 0;
  for (let count = -1; count !== 0; ) {
    count = await queue.upkeep.pruneHistory();
    total += count;
  }
  return total;
}

async function idsIn(region: string): Promise<number[]> {
  const rows = await sql<{ id: number }[]>`
    select id from deploy_queue.deployments where region = ${region} order by id`;
  return rows.map(({ id }) => id);
}

test("keeps everything of an environment without a retention", async () => {
  const history = { environment: "dev", region: "kept", endedAgo: "10 years", durations: ["1 minute", "1 minute"] };
  const ids = await insertFinished(database, history);
  expect(await pruneAll()).toBe(0);
  expect(await idsIn("kept")).toEqual(ids);
});

test("removes what ended longer ago, with its events, and keeps the newest finished of each component", async () => {
  await queue.environments.set("brief", { retention: 30 * 86_400 });
  const insert = (component: string, endedAgo: string) =>
    insertFinished(database, { environment: "brief", region: "here", component, endedAgo, durations: ["1 minute"] });
  const [oldApi] = await insert("api", "90 days");
  const [newApi] = await insert("api", "29 days");
  const [oldWeb] = await insert("web", "90 days");
  const [newestWeb] = await insert("web", "80 days");
  expect(await pruneAll()).toBe(2);
  expect(await idsIn("here")).toEqual([newApi, newestWeb]);
  const events = await sql`
    select from deploy_queue.deployment_events where deployment_id in (${oldApi ?? 0}, ${oldWeb ?? 0})`;
  expect(events).toEqual([]);
});

test("removes cancelled ones, and leaves those alone that have not ended", async () => {
  await queue.environments.set("shortlived", { retention: 86_400 });
  const line = newLine(database, "shortlived");
  await line.add("cancelled");
  const running = await line.add("running");
  const queued = await line.add("queued");
  await database.advance("2 days");
  expect(await pruneAll()).toBe(1);
  expect(await idsIn(line.region)).toEqual([running, queued]);
});

test("without a limit it removes all of it at once, and ends when there is nothing", async () => {
  await queue.environments.set("unlimited", { retention: 86_400 });
  await insertBulk(database, "unlimited", "wide", 3_000);
  const prune = async () => (await sql<{ removed: number }[]>`select deploy_queue.prune_history(null) as removed`)[0];
  // The newest of each of the five components stays.
  expect(await prune()).toEqual({ removed: 2_995 });
  expect(await prune()).toEqual({ removed: 0 });
});

test("reports of checks go when no history is that old, but those of versions that are there and the newest of each name", async () => {
  const line = newLine(database, "shortlived");
  const report = (version: string, name = "e2e") => reportTo(database, version, name);
  const [gone, waiting, newest, recent] = [newVersion(), newVersion(), newVersion(), newVersion()];
  await report(gone);
  await report(waiting, "lint");
  await report(waiting, "lint");
  await report(newest, "load");
  await line.add("queued", { version: waiting });
  const left = async () =>
    (await sql<{ version: string }[]>`select version from deploy_queue.checks order by id`).map(
      ({ version }) => version,
    );
  await database.advance("3 days");
  await report(recent, "lint");
  await report(recent);

  // Environments that keep their history for ever keep their checks, too.
  await pruneAll();
  expect(await left()).toHaveLength(6);
  await sql`update deploy_queue.environments set retention = interval '2 days' where retention is null or retention > interval '2 days'`;
  await pruneAll();
  expect(await left()).toEqual([waiting, waiting, newest, recent, recent]);
});

test("history can be removed in no other way afterwards", async () => {
  await pruneAll();
  await expect(sql`delete from deploy_queue.deployments`).rejects.toMatchObject({ code: "QD010" });
});

test("a hand-off does not wait for a prune of its own cell, which holds no lock of a cell", async () => {
  await queue.environments.set("busy", { retention: 86_400 });
  await insertBulk(database, "busy", "crowded", 2_000);
  const pruner = await openSession(database);
  await pruner.begin();
  await pruner.sql`select deploy_queue.prune_history()`;
  const locks = await sql`select from pg_locks where pid = ${pruner.pid} and locktype = 'advisory'`;
  expect(locks).toEqual([]);

  const line = { environment: "busy", region: "crowded", component: "component-1" };
  const first = await database.enqueue(line);
  const second = await database.enqueue(line);
  expect((await queue.tryStart(first.id)).started).toBe(true);
  await queue.finish(first.id);
  expect((await queue.tryStart(second.id)).started).toBe(true);
  await queue.finish(second.id);
  await pruner.commit();
});

test("removes a big history while deployments go on", async () => {
  await queue.environments.set("big", { retention: 86_400 });
  await insertBulk(database, "big", "vast", 20_000);
  const pruner = database.openQueue();
  let pruning = true;
  const prune = async () => {
    while ((await pruner.upkeep.pruneHistory()) > 0);
    pruning = false;
  };
  const deploy = async () => {
    let finished = 0;
    for (; pruning; finished += 1) {
      const { id } = await database.enqueue({ environment: "big", region: "vast", component: "component-0" });
      expect((await queue.tryStart(id)).started).toBe(true);
      await queue.finish(id);
    }
    return finished;
  };
  const [finished] = await Promise.all([deploy(), prune()]);
  expect(finished).toBeGreaterThan(0);
  // The newest of each of the four other components stays.
  expect(await idsIn("vast")).toHaveLength(finished + 4);
});

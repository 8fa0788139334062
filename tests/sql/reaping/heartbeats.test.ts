import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { openSession } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;

async function beat(ids: readonly number[], keeper: string | null = null, by = sql): Promise<Map<number, number>> {
  const rows = await by<{ deployment_id: number; seconds: number }[]>`
    select deployment_id, extract(epoch from beat_again_in)::float8 as seconds
    from deploy_queue.heartbeats(deployment_ids => ${`{${ids.join()}}`}::bigint[], keeper => ${keeper})`;
  return new Map(rows.map(({ deployment_id, seconds }) => [deployment_id, seconds]));
}

test("renews the leases of many, each by the policy of its environment", async () => {
  await queue.environments.set("strict", { heartbeatTimeout: 6 });
  const line = newLine(database);
  const running = await line.add("running", { heartbeat: true });
  const queued = await line.add("queued", { heartbeat: true });
  const strict = await newLine(database, "strict").add("running", { heartbeat: true });
  await database.advance("5 seconds");
  expect(await beat([running, queued, strict])).toEqual(
    new Map([
      [running, 30],
      [queued, 30],
      [strict, 2],
    ]),
  );
  await database.advance("5 seconds");
  expect(await sql`select from deploy_queue.reap_stale_deployments()`).toHaveLength(0);
});

test("leaves out those that have ended, are unknown, or have another keeper", async () => {
  const ended = [await newLine(database).add("finished"), await newLine(database).add("cancelled")];
  const own = await newLine(database).add("queued", { heartbeat: true, keeper: "one" });
  const other = await newLine(database).add("queued", { heartbeat: true, keeper: "other" });
  const nameless = await newLine(database).add("queued", { heartbeat: true });
  const before = (await queue.deployment(other)).alive_until;
  const beaten = await beat([...ended, own, other, nameless, 987654], "one");
  expect([...beaten.keys()].sort((one, two) => one - two)).toEqual([own, nameless]);
  expect((await queue.deployment(other)).alive_until).toEqual(before);
});

test("a row that another session has locked does not hold up the others, and is to be tried again soon", async () => {
  const locked = await newLine(database).add("running", { heartbeat: true });
  const free = await newLine(database).add("running", { heartbeat: true });
  const session = await openSession(database);
  await session.begin();
  await session.sql`select from deploy_queue.deployments where id = ${locked} for update`;
  expect(await beat([locked, free])).toEqual(
    new Map([
      [locked, 1],
      [free, 30],
    ]),
  );
  await session.commit();
  expect((await beat([locked])).get(locked)).toBe(30);
});

test("a lease that could not be renewed since its row was locked does not end meanwhile", async () => {
  const id = await newLine(database).add("running", { heartbeat: true });
  const session = await openSession(database);
  await session.begin();
  await session.sql`select from deploy_queue.deployments where id = ${id} for update`;
  await database.advance("16 minutes");
  await sql`select from deploy_queue.reap_stale_deployments()`;
  await session.commit();
  expect((await beat([id])).get(id)).toBe(30);
  await sql`select from deploy_queue.reap_stale_deployments()`;
  expect((await queue.deployment(id)).status).toBe("running");
});

test("a role renews only what it may change", async () => {
  const login = `beats_${process.pid}_${Date.now()}`;
  await sql.unsafe(`create role ${login}; alter role ${login} set deploy_queue.allowed_environments = 'dev'`);
  const mine = await newLine(database).add("queued", { heartbeat: true });
  const foreign = await newLine(database, "prod").add("queued", { heartbeat: true });
  const session = await openSession(database);
  await session.sql.unsafe(`grant usage on schema deploy_queue to ${login};
    grant execute on function deploy_queue.heartbeats(bigint[], text) to ${login}; set role ${login}`);
  const beaten = await beat([mine, foreign], null, session.sql);
  await session.sql.unsafe("reset role");
  await sql.unsafe(`drop owned by ${login}; drop role ${login}`);
  expect([...beaten.keys()]).toEqual([mine]);
});

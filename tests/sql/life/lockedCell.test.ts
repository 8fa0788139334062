import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { openSession, outcome } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;
const impatient = ["_lock_cell_in_time", "try_start", "finish", "cancel", "heartbeat", "release", "bump"];

beforeAll(async () => {
  for (const name of impatient) await sql.unsafe(`alter function deploy_queue.${name} set lock_timeout = '50ms'`);
});

/** A session that has begun to enter the line of a cell, and was forgotten. */
async function forgottenIn(region: string) {
  const forgotten = await openSession(database);
  await forgotten.begin();
  await forgotten.sql`select deploy_queue.enqueue('dev', 'aws', ${region}, 0, 'api')`;
  return forgotten;
}

test.for([
  ["enters the line", (region: string) => `select deploy_queue.enqueue('dev', 'aws', '${region}', 0, 'web')`],
  ["starts", (_: string, queued: number) => `select deploy_queue.try_start(${queued})`],
  ["finishes", (_: string, __: number, running: number) => `select deploy_queue.finish(${running})`],
  ["cancels", (_: string, queued: number) => `select deploy_queue.cancel(${queued})`],
] as const)(
  "a session that %s while a transaction keeps the cell locked is told whose it is",
  async ([, statement]) => {
    const line = newLine(database);
    // They may run side by side: one that has to wait asks for no lock.
    const running = await line.add("running", { concurrencyKey: "shared" });
    const queued = await line.add("queued", { concurrencyKey: "shared" });
    const forgotten = await forgottenIn(line.region);
    await expect(sql.unsafe(statement(line.region, queued, running))).rejects.toMatchObject({
      code: "QD031",
      message: expect.stringContaining(`dev-aws-${line.region}-cell-0 is locked by session ${forgotten.pid} of `),
      hint: expect.stringContaining(`deploy_queue.end_blocker(${forgotten.pid})`),
    });
    await forgotten.rollback();
  },
);

test("a heartbeat needs no lock of the cell", async () => {
  const line = newLine(database);
  const kept = await line.add("queued", { heartbeat: true });
  const forgotten = await forgottenIn(line.region);
  expect(await outcome(sql`select deploy_queue.heartbeat(${kept})`)).toBe("ok");
  await forgotten.rollback();
});

test.for(["finish", "cancel", "heartbeat"] as const)(
  "%s gives up when another session keeps the deployment locked",
  async (name) => {
    const running = await newLine(database).add("running", { heartbeat: true });
    const forgotten = await openSession(database);
    await forgotten.begin();
    await forgotten.sql`select from deploy_queue.deployments where id = ${running} for update`;
    expect(await outcome(sql.unsafe(`select deploy_queue.${name}(${running})`))).toBe("55P03");
    await forgotten.rollback();
  },
);

test("a locked cell hinders no reaping in others, and is reaped the next time", async () => {
  const [locked, other] = [newLine(database), newLine(database)];
  const dead = [await locked.add("queued", { heartbeat: true }), await other.add("queued", { heartbeat: true })];
  await database.advance("16 minutes");
  const forgotten = await forgottenIn(locked.region);
  const reaped = async () =>
    (await queue.upkeep.reapStaleDeployments()).map(({ id }) => id).filter((id) => dead.includes(id));
  expect(await reaped()).toEqual([dead[1]]);
  await forgotten.rollback();
  expect(await reaped()).toEqual([dead[0]]);
});

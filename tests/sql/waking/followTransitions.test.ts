import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { until } from "../../support/until.js";

const database = useDatabase();
const { sql } = database;

async function hasFollowers(): Promise<boolean | undefined> {
  const [row] = await sql<{ follows: boolean }[]>`select deploy_queue._has_followers() as follows`;
  return row?.follows;
}

/** A whole deployment without a keeper and without a waiter behind it. */
async function deploy(): Promise<void> {
  await newLine(database).add("finished");
}

test("a deployment without waiter, keeper and follower notifies no session, even one that listens", async () => {
  const heard: string[] = [];
  const listener = database.connect({ onNotify: (channel, payload) => heard.push(channel + payload) });
  const [row] = await sql<{ last: number }[]>`select last_value as last from deploy_queue.deployments_id_seq`;
  const channels = [1, 2, 3].map((step) => `listen deploy_queue_deployment_${(row?.last ?? 0) + step}`);
  await listener.unsafe(`listen deploy_queue_transitions; listen mark; ${channels.join("; ")}`);
  await deploy();
  await sql`select pg_notify('mark', '')`;
  await until("the mark arrived", () => heard.includes("mark"));
  expect(heard).toEqual(["mark"]);
});

test("a follower hears each transition, also beside a session that only listens", async () => {
  const heard: string[] = [];
  const follower = database.connect({ onNotify: (_, payload) => heard.push(JSON.parse(payload).status) });
  await follower`select deploy_queue.follow_transitions()`;
  await deploy();
  await until("all three arrived", () => heard.length === 3);
  expect(heard).toEqual(["queued", "running", "finished"]);
  await follower.end();
});

test("following twice is following once", async () => {
  const follower = database.connect();
  await follower`select deploy_queue.follow_transitions()`;
  await follower`select deploy_queue.follow_transitions()`;
  expect(await hasFollowers()).toBe(true);
  await follower`select deploy_queue.unfollow_transitions()`;
  expect(await hasFollowers()).toBe(false);
});

test("a follower whose backend dies follows no more, another one still does", async () => {
  const [one, other] = [database.connect(), database.connect()];
  for (const follower of [one, other]) await follower`select deploy_queue.follow_transitions()`;
  const [row] = await one<{ pid: number }[]>`select pg_backend_pid() as pid`;
  await sql`select pg_terminate_backend(${row?.pid ?? 0}, 5000)`;
  expect(await hasFollowers()).toBe(true);
  await other.end();
  await until("there is no follower", async () => !(await hasFollowers()));
});

test("a session that asks whether there are followers leaves no lock behind", async () => {
  const session = database.connect();
  await session`select deploy_queue._has_followers()`;
  const locks = await session`select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()`;
  expect(locks).toHaveLength(0);
});

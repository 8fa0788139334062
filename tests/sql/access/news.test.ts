import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { newToken } from "../../support/tokens.js";
import { until } from "../../support/until.js";

const database = useDatabase();
const { sql } = database;
let reader: Buffer;

beforeAll(async () => {
  await database.queue.roles.create();
  reader = await newToken(sql, "reader", "reader");
});

async function news(ids: readonly number[], credential = reader): Promise<readonly unknown[]> {
  const followers = ids.map((id) => ({ credential: credential.toString("hex"), deployment_id: id }));
  return sql`
    select event, data from deploy_queue.news(${JSON.stringify(followers)}::text::jsonb) order by number`;
}

test("it says where deployments stand, in the order of the question", async () => {
  const line = newLine(database);
  const finished = await line.add("finished");
  const running = await line.add("running");
  const first = await line.add("queued");
  const second = await line.add("queued");

  expect(await news([second, finished, first, running, second, 999_999])).toMatchObject([
    { event: "waiting", data: { id: second, position: 2, blocker_count: 2 } },
    { event: "ended", data: { id: finished, status: "finished" } },
    { event: "waiting", data: { id: first, position: 1, waiting_on: [{ kind: "running", deployment_id: running }] } },
    { event: "started", data: { id: running, status: "running" } },
    { event: "waiting", data: { id: second } },
    { event: "refused", data: null },
  ]);
});

test("a turn has come for what may start, and for what a start would free of the dead", async () => {
  const alone = await database.enqueue();
  const line = newLine(database);
  await line.add("running", { heartbeat: true });
  const behind = await line.add("queued");
  expect(await news([alone.id, behind])).toMatchObject([{ event: "turn" }, { event: "waiting" }]);

  await database.advance("16 minutes");
  expect(await news([behind])).toMatchObject([{ event: "turn" }]);
});

test("the bearer of a secret that counts no more is told nothing", async () => {
  const { id } = await database.enqueue();
  const gone = await newToken(sql, "gone", "deployer");
  await database.queue.tokens.revoke("gone");
  expect(await news([id], gone)).toEqual([{ event: "refused", data: null }]);
});

test("beside one who may know, the bearer of an unknown secret is told nothing", async () => {
  const { id } = await database.enqueue();
  const asked = [reader, Buffer.alloc(32)].map((credential) => ({
    credential: credential.toString("hex"),
    deployment_id: id,
  }));
  const told = await sql`
    select event from deploy_queue.news(${JSON.stringify(asked)}::text::jsonb) order by number`;
  expect(told).toEqual([{ event: "turn" }, { event: "refused" }]);
});

test("a turn has come for what a call ends: it was to start before, or its version was marked bad as it entered", async () => {
  const line = newLine(database);
  await line.add("running");
  const [soon] = await sql<{ at: Date }[]>`select deploy_queue._now() + interval '1 minute' as at`;
  const late = await line.add("queued", { notAfter: soon?.at ?? new Date(Number.NaN) });
  const [entering, marking] = [database.connect(), database.connect()];
  await line.add("queued", { component: "marked", version: "v3" });
  await marking`begin`;
  await marking`select deploy_queue.mark_bad('marked', 'v3', 'it loses orders')`;
  const alone = newLine(database);
  const [bad] = await entering<{ id: number }[]>`
    select id from deploy_queue.enqueue('dev', 'aws', ${alone.region}, 0, 'marked', 'v3')`;
  await marking`commit`;
  expect(await news([late])).toMatchObject([{ event: "waiting" }]);

  await database.advance("2 minutes");
  expect(await news([late, bad?.id ?? 0])).toMatchObject([{ event: "turn" }, { event: "turn" }]);
});

test("those who follow hear on one channel of all that are told something", async () => {
  const line = newLine(database);
  const holder = await line.add("running");
  const next = await line.add("queued");
  const last = await line.add("queued");
  const heard: string[] = [];
  const follower = database.connect({ onNotify: (channel, payload) => heard.push(`${channel} ${payload}`) });
  await follower`listen deploy_queue_told`;
  await follower`listen mark`;

  await database.queue.cancel(last);
  await follower`select deploy_queue.follow_transitions()`;
  await database.queue.finish(holder);
  await sql`select pg_notify('mark', '')`;
  await until("the mark arrived", () => heard.includes("mark "));
  expect(heard.filter((text) => text.startsWith("deploy_queue_told"))).toEqual([`deploy_queue_told ${next}`]);
});

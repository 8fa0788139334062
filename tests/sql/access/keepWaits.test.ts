import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newToken } from "../../support/tokens.js";

const database = useDatabase();
const { sql } = database;
let ci: Buffer;
let regions = 0;

beforeAll(async () => {
  await database.queue.roles.create();
  ci = await newToken(sql, "ci", "deployer");
});

interface Entry {
  readonly region?: string;
  readonly start?: boolean;
  readonly heartbeat?: boolean;
  readonly keeper?: string;
  /** Seconds. */
  readonly max_duration?: number;
  readonly not_after?: string;
}

async function enter({ region = `keep-${regions++}`, ...entry }: Entry, credential = ci): Promise<number> {
  const cell = { environment: "dev", cloud_provider: "aws", region, cell_index: 0, component: "api" };
  const values = JSON.stringify({ ...cell, heartbeat: true, ...entry });
  const [row] = await sql<{ id: number }[]>`
    select (answer ->> 'id')::bigint as id from deploy_queue.call(${credential}, 'enqueue', ${values}::text::jsonb) as answer`;
  return row?.id ?? 0;
}

/** The numbers of those that are kept. */
async function keep(
  ids: readonly number[],
  { credential = ci, keeper }: { credential?: Buffer; keeper?: string } = {},
) {
  const followers = ids.map((id) => ({ credential: credential.toString("hex"), deployment_id: id, keeper }));
  const rows = await sql<{ number: number; beat_again_in: string }[]>`
    select number, beat_again_in from deploy_queue.keep_waits(${JSON.stringify(followers)}::text::jsonb) order by number`;
  return rows.map(({ number }) => number);
}

test("what waits, was entered by that caller and promised heartbeats is kept alive", async () => {
  const region = "keep-alive";
  await enter({ region, start: true });
  const kept = await enter({ region });
  const left = await enter({ region });
  const ids = [kept, await enter({ heartbeat: false }), await enter({ start: true }), 999_999];
  expect(await keep(ids)).toEqual([1]);

  await database.advance("10 minutes");
  expect(await keep([kept])).toEqual([1]);
  await database.advance("10 minutes");
  await sql`select deploy_queue.reap_stale_deployments()`;
  expect((await database.queue.deployment(kept)).status).toBe("queued");
  expect((await database.queue.deployment(left)).status).toBe("cancelled");
});

test("neither another caller, nor a revoked one, nor one without the name of the keeper keeps it", async () => {
  const other = await newToken(sql, "other", "operator");
  const revoked = await newToken(sql, "revoked", "deployer");
  const id = await enter({ keeper: "process-1" });
  const ofRevoked = await enter({}, revoked);
  await database.queue.tokens.revoke("revoked");

  expect(await keep([id], { credential: other, keeper: "process-1" })).toEqual([]);
  expect(await keep([id])).toEqual([]);
  expect(await keep([id], { keeper: "process-2" })).toEqual([]);
  expect(await keep([ofRevoked], { credential: revoked })).toEqual([]);
  expect(await keep([id], { keeper: "process-1" })).toEqual([1]);
});

test("of those who follow the same deployment only its keeper is told that it is kept", async () => {
  const other = await newToken(sql, "beside", "operator");
  const unknown = Buffer.alloc(32);
  const id = await enter({ keeper: "process-1" });
  const followers = [
    [other, "process-1"],
    [unknown, "process-1"],
    [ci, undefined],
    [ci, "process-1"],
  ] as const;
  const asked = followers.map(([credential, keeper]) => ({
    ...{ credential: credential.toString("hex"), deployment_id: id, keeper },
  }));
  const rows = await sql`select number from deploy_queue.keep_waits(${JSON.stringify(asked)}::text::jsonb)`;
  expect(rows).toEqual([{ number: 4 }]);
});

test("one that another session has locked holds up no other one, and is asked for again", async () => {
  const ids = [await enter({}), await enter({})];
  const other = database.connect();
  await other`begin`;
  await other`select from deploy_queue.deployments where id = ${ids[0] ?? 0} for update`;
  expect(await keep(ids)).toEqual([1, 2]);
  const followers = JSON.stringify([{ credential: ci.toString("hex"), deployment_id: ids[0] }]);
  const [row] = await sql`
    select extract(epoch from beat_again_in)::integer as seconds from deploy_queue.keep_waits(${followers}::text::jsonb)`;
  expect(row).toEqual({ seconds: 1 });
  await other`rollback`;
});

test("the dead that they wait for are reaped", async () => {
  const region = "keep-reaps";
  const dead = await enter({ region, start: true });
  await enter({ region });
  await database.advance("16 minutes");
  const alive = await enter({ region });

  await keep([alive]);
  const [row] = await sql`select status from deploy_queue.deployments_with_status where id = ${dead}`;
  expect(row).toEqual({ status: "cancelled" });
});

test("what has run for too long, or was to start before, is reaped as well where it is in their way", async () => {
  const region = "keep-reaps-late";
  const long = await enter({ region, start: true, heartbeat: false, max_duration: 600 });
  const [soon] = await sql<{ at: string }[]>`select (deploy_queue._now() + interval '5 minutes')::text as at`;
  const late = await enter({ region, heartbeat: false, not_after: soon?.at ?? "" });
  await database.advance("11 minutes");
  const alive = await enter({ region });

  await keep([alive]);
  const rows = await sql`
    select id, status::text as status from deploy_queue.deployments_with_status where id in (${long}, ${late}) order by id`;
  expect(rows).toEqual([
    { id: long, status: "cancelled" },
    { id: late, status: "cancelled" },
  ]);
});

import { beforeAll, expect, test } from "vitest";
import { newPeople, withApprovals } from "../../support/approvals.js";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { type Login, useLogins } from "../../support/logins.js";

const database = useDatabase();
const { sql } = database;
const newLogin = useLogins(database);
let ann: Login;
let bob: Login;

beforeAll(async () => {
  ({ ann, bob } = await newPeople(database, newLogin));
});

const cells = 50;

/** Four deployments in each of 50 cells: the ids of each line. */
async function lines(environment: string): Promise<number[][]> {
  const rows = await sql<{ ids: number[] }[]>`
    select json_agg(entered.id order by entered.id) as ids
    from generate_series(1, 4) as turn, generate_series(0, ${cells - 1}) as cell
    cross join lateral deploy_queue.enqueue(${environment}, 'aws', 'wide', cell, 'api', 'v' || turn) as entered
    group by cell order by cell`;
  return rows.map(({ ids }) => ids);
}

const approve = async ({ sql: session }: Login, ids: readonly number[]) => {
  await session`select deploy_queue.approve(id) from unnest(${`{${ids.join()}}`}::bigint[]) as id`;
};

test("of 200 that wait, the last approvals wake those whose turn has come, and nothing else wakes any", async () => {
  const environment = await withApprovals(database, 2);
  const waiting = await lines(environment);
  const ear = await listen(database, waiting.flat());
  const at = (from: number, to: number, turn: number) => waiting.slice(from, to).flatMap((ids) => ids[turn] ?? []);
  const demand = (approvals: number) =>
    sql`select deploy_queue.set_environment(${environment}, approvals => ${approvals})`;

  await approve(ann, at(0, 20, 0));
  expect(await ear.woken()).toEqual([]);
  await approve(bob, [...at(0, 10, 0), ...at(20, 30, 1)]);
  expect(await ear.woken()).toEqual(at(0, 10, 0).sort((one, other) => one - other));

  // One is enough now: of those at the head, ten have had one.
  await demand(1);
  expect(await ear.woken()).toEqual(at(10, 20, 0).sort((one, other) => one - other));
  await demand(2);
  expect(await ear.woken()).toEqual([]);
  await demand(0);
  expect(await ear.woken()).toEqual(at(10, cells, 0).sort((one, other) => one - other));
});

test("what is disapproved is told that it has ended, and lets the next one in", async () => {
  const environment = await withApprovals(database, 1);
  const [first, second] = [
    await database.enqueue({ environment, region: "one" }),
    await database.enqueue({ environment, region: "one" }),
  ];
  await approve(ann, [second.id]);
  const ear = await listen(database, [first.id, second.id]);

  await ann.sql`select deploy_queue.disapprove(${first.id}, 'the flag is missing')`;

  expect(await ear.heard()).toEqual([`${first.id} ended`, String(second.id)]);
});

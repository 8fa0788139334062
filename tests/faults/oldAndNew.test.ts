import { setTimeout as sleep } from "node:timers/promises";
import type postgres from "postgres";
import { expect, test } from "vitest";
import { errorCode } from "../../src/database/unavailable.js";
import { usePredecessor } from "../support/adoption.js";

let sql: postgres.Sql;
const { adopt, connect, oldProgram } = usePredecessor((client) => {
  sql = client;
});

/** Milliseconds between two looks: the predecessor looks every 5,000. */
const every = 20;

/** The code of the refusal; an error without a code of ours fails the test. */
async function refusal(query: PromiseLike<unknown>): Promise<string | undefined> {
  try {
    await query;
    return undefined;
  } catch (error) {
    const code = errorCode(error);
    if (code?.startsWith("QD") !== true) throw error;
    return code;
  }
}

test("20 waiters of the predecessor and 20 of the queue, among holds, bumps, freezes and moments to come, all get their turn", async () => {
  await adopt();
  let waiting = 40;
  const refused = { starts: 0, moves: 0 };
  let freezes = 0;

  async function old(number: number): Promise<void> {
    const program = await oldProgram();
    await sleep(number * every);
    const id = await program.enqueue(`old-${number}`);
    await program.beat(id);
    // A freeze may come between its look and its start. Its program ends, and what it leaves is reaped.
    if ((await refusal(program.waitAndStart(id, every))) === "QD003") {
      refused.starts += 1;
      await program.cancel(id, "its program has ended");
    } else {
      await program.finish(id);
    }
    waiting -= 1;
  }

  async function fresh(number: number): Promise<void> {
    const client = connect();
    await sleep(number * every);
    const terms = [
      "hold => 'outside'",
      "hold => 'in-line'",
      "not_before => deploy_queue._now() + interval '0.5 s'",
      "",
    ];
    const term = terms[number % 4] ?? "";
    const [row] = await client.unsafe<{ id: string }[]>(`
      select id from deploy_queue.enqueue('dev', 'aws', 'r', 1, 'new-${number}'${term && `, ${term}`})`);
    const id = row?.id ?? "";
    for (;;) {
      // A person comes again until the release is no longer refused.
      if (term.startsWith("hold")) {
        refused.moves += (await refusal(client`select deploy_queue.release(${id})`)) === undefined ? 0 : 1;
      } else if (number % 3 === 0) {
        refused.moves += (await refusal(client`select deploy_queue.bump(${id}, 'sev 1')`)) === undefined ? 0 : 1;
      }
      const [look] = await client<{ started: boolean }[]>`select started from deploy_queue.try_start(${id})`;
      if (look?.started === true) break;
      await sleep(every);
    }
    await client`select deploy_queue.finish(${id})`;
    waiting -= 1;
  }

  async function freezeNowAndThen(): Promise<void> {
    const client = connect();
    while (waiting > 0) {
      await client`select deploy_queue.freeze('dev', 'storm')`;
      freezes += 1;
      await sleep(5 * every);
      await client`select deploy_queue.thaw(id) from deploy_queue.freezes where lifted_at is null`;
      await sleep(20 * every);
    }
  }

  await Promise.all([
    freezeNowAndThen(),
    ...Array.from({ length: 20 }, (_, number) => old(number)),
    ...Array.from({ length: 20 }, (_, number) => fresh(number)),
  ]);

  expect(refused.moves).toBeGreaterThan(0);
  expect(refused.starts).toBeLessThanOrEqual(freezes);
  expect(await sql`select * from deploy_queue.verify_history()`).toEqual([]);
  // In the order of the ids, those of the predecessor at least.
  const started = await sql<{ id: bigint }[]>`
    select id from deploy_queue.deployments where via_old_names and start_timestamp is not null order by start_timestamp`;
  const ids = started.map(({ id }) => id);
  expect(ids).toEqual([...ids].sort((one, other) => Number(one - other)));
});

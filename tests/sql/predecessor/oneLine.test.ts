import type postgres from "postgres";
import { beforeEach, describe, expect, test } from "vitest";
import { usePredecessor } from "../../support/adoption.js";
import type { OldProgram } from "../../support/oldProgram.js";
import { outcome } from "../../support/session.js";
import { until } from "../../support/until.js";

let sql: postgres.Sql;
let program: OldProgram;
const { adopt, oldProgram } = usePredecessor((client) => {
  sql = client;
});

beforeEach(async () => {
  await adopt();
  program = await oldProgram();
});

/** Enters the line under the new names, with further arguments of enqueue(). */
async function enter(more = ""): Promise<number> {
  const [row] = await sql.unsafe<{ id: number }[]>(`
    select id::integer as id from deploy_queue.enqueue('dev', 'aws', 'r', 1, 'new'${more && `, ${more}`})`);
  return row?.id ?? 0;
}
async function tryStart(id: number): Promise<boolean> {
  const [row] = await sql<{ started: boolean }[]>`select started from deploy_queue.try_start(${id})`;
  return row?.started ?? false;
}
const seenBy = async (id: number) => (await program.look(id)).map((blocker) => Number(blocker.id));

describe("while a deployment that entered by the old names waits", () => {
  test("a bump past it is refused, and so is a bump of it", async () => {
    const [ahead, waiting] = [await enter(), await program.enqueue("old")];
    const behind = await enter();

    for (const id of [behind, waiting]) {
      const bump = sql`select deploy_queue.bump(${id}, 'sev 1')`;
      await expect(bump).rejects.toMatchObject({
        code: "QD048",
        message: expect.stringMatching(/cannot pass what waits for programs of the predecessor or let it pass: \d+$/),
        hint: expect.stringContaining("Wait until these have started"),
      });
      expect(await outcome(sql`update deploy_queue.deployments set priority = 5 where id = ${id}`)).toBe("QD048");
    }
    expect(await outcome(sql`select deploy_queue.bump(${ahead}, 'sev 1')`)).toBe("ok");
    expect(await outcome(sql`select deploy_queue.bump(${ahead}, 'no hurry', -1)`)).toBe("QD048");
    expect(await outcome(enter("priority => 1"))).toBe("QD048");
    const preflight = sql`select deploy_queue.preflight('dev', 'aws', 'r', 1, 'new', priority => 1)`;
    expect(await outcome(preflight)).toBe("QD048");
  });

  test("what was staged before it is not released behind it, and what was staged after it is", async () => {
    const before = await enter("hold => 'outside'");
    const waiting = await program.enqueue("old");
    const after = await enter("hold => 'outside', version => 'v2'");

    expect(await outcome(sql`select deploy_queue.release(${before})`)).toBe("QD048");
    expect(await outcome(sql`select deploy_queue.release(${after})`)).toBe("ok");

    await program.start(waiting);
    expect(await outcome(sql`select deploy_queue.release(${before})`)).toBe("ok");
  });

  test("what does not hold the line is hidden from the old names, until it does", async () => {
    await enter("hold => 'outside'");
    const later = await enter("not_before => deploy_queue._now() + interval '1 hour', version => 'v2'");
    const [kept, low] = [await enter("hold => 'in-line'"), await enter("priority => -1")];
    const waiting = await program.enqueue("old");

    expect(await seenBy(waiting)).toEqual([kept]);
    await sql`select deploy_queue.release(${kept}), deploy_queue.cancel(${kept})`;
    await program.start(waiting);
    expect(await sql`select id::integer from deployments where id in (${later}, ${low})`).toEqual([{ id: low }]);
  });
});

describe("a program of the predecessor", () => {
  test("waits for a freeze that it cannot see, and is told the reason", async () => {
    const waiting = await program.enqueue("old");
    const behind = await program.enqueue("old");
    await sql`select deploy_queue.freeze('dev', 'black friday')`;

    const [gate, ...others] = await program.look(waiting);
    expect(others).toEqual([]);
    expect(gate).toMatchObject({ note: expect.stringContaining("black friday") });
    expect(await program.look(behind)).toHaveLength(2);
    expect(await outcome(program.start(waiting))).toBe("QD003");
    // Who cancels all of a place cancels no gate.
    const cancelled = await sql`update deployments set cancellation_timestamp = now() where region = 'r'`;
    expect(cancelled.count).toBe(2);
    expect(await sql`select from deployments where id < 0`).toHaveLength(0);
  });

  test("waits for a holder that entered later", async () => {
    await sql`select deploy_queue.freeze('dev', 'black friday', allow_actor => 'sre')`;
    const waiting = await program.enqueue("old");
    await sql`select set_config('deploy_queue.actor', 'sre', false)`;
    const hotfix = await enter();
    expect(await tryStart(hotfix)).toBe(true);
    await sql`select deploy_queue.thaw(id) from deploy_queue.freezes`;

    const [gate] = await program.look(waiting);
    expect(gate).toMatchObject({ note: `deployment ${hotfix} (new) is running` });
    await sql`select deploy_queue.finish(${hotfix})`;
    expect(await program.look(waiting)).toEqual([]);
    expect(await program.start(waiting)).toBe(1);
  });

  test("reaps by its heartbeat what it waits for and whose heartbeats stopped", async () => {
    const dead = await enter("heartbeat => true");
    const waiting = await program.enqueue("old");
    await sql`update test.clock set shift = shift + interval '16 minutes'`;
    // Others have written meanwhile.
    await sql`update deploy_queue.writes set seen_at = deploy_queue._now()`;

    await program.beat(waiting);

    expect(await seenBy(waiting)).toEqual([]);
    expect(await sql`select cancellation_kind from deploy_queue.deployments where id = ${dead}`).toEqual([
      { cancellation_kind: "reaped" },
    ]);
  });

  test("that cancels what another one has cancelled since it looked goes on", async () => {
    const dead = await program.enqueue("dead");
    const other = await oldProgram();
    await sql`begin`;
    await sql`update deployments set cancellation_timestamp = now() where id = ${dead}`;
    const late = other.cancel(dead, "no heartbeats");
    await until("the other one waits for the row", async () => {
      const [row] =
        await sql`select from pg_stat_activity where wait_event_type = 'Lock' and pg_blocking_pids(pid) <> '{}'`;
      return row !== undefined;
    });
    await sql`commit`;

    expect(await late).toBe(0);
    // As the predecessor says it.
    expect(await outcome(other.cancel(dead))).toBe("QD005");
  });
});

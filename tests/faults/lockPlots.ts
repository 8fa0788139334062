import { expect } from "vitest";
import type { TestDatabase } from "../support/database.js";
import { insertFinished } from "../support/history.js";
import { newLine } from "../support/line.js";
import type { Session } from "../support/session.js";
import { lockCellOf, lockThen, meanwhile, reaction, send } from "../support/twoSessions.js";

/** What two connections do at the same time, told as one word or two. */
export type Plot = (holder: Session, other: Session) => Promise<string>;

export async function definitionOf({ sql }: Pick<TestDatabase, "sql">, name: string): Promise<string> {
  const [row] = await sql<{ text: string }[]>`
    select pg_get_functiondef(oid) as text from pg_proc
    where proname = ${name} and pronamespace = 'deploy_queue'::regnamespace`;
  return row?.text ?? "";
}

let environments = 0;

/** Each holds a lock in one connection, sees how another one reacts, and commits. */
export function lockPlots(database: TestDatabase) {
  const { sql } = database;
  return {
    inOrder,
    releasedTwice,
    purged,
    besideLockedRow,
    renewedBeforeItsRowIsLocked,
    bumpedTwice,
    reapedTwice,
    rowsBeforeCells,
    cellsInOrder,
    policiesInOrder,
    measuredAnew,
    renewedMeanwhile,
    besideLockedCell,
  };

  /** Whether the event of the statement comes after that of the session that held the cell: events of a cell are in the order of commits. */
  function inOrder(state: "queued" | "running" | "held", statement: (id: number, region: string) => string): Plot {
    return async (holder, other) => {
      const line = newLine(database);
      const id = await line.add(state === "held" ? "queued" : state, state === "held" ? { hold: "outside" } : {});
      await holder.begin();
      await lockCellOf(holder, id);
      const sent = send(other, statement(id, line.region));
      await reaction(other, holder, sent);
      await holder.sql`select from deploy_queue.enqueue('dev', 'aws', ${line.region}, 0, 'holder', hold => 'outside')`;
      await holder.commit();
      await sent.end;
      const [last] = await sql<{ component: string }[]>`
        select deployments.component
        from deploy_queue.deployment_events join deploy_queue.deployments on deployments.id = deployment_events.deployment_id
        where deployments.region = ${line.region} order by deployment_events.id desc limit 1`;
      return last?.component === "api" ? "after" : "before";
    };
  }

  async function releasedTwice(holder: Session, other: Session): Promise<string> {
    const id = await newLine(database).add("queued", { hold: "outside" });
    await holder.begin();
    await holder.sql`select from deploy_queue.release(${id}, release_key => 'first')`;
    await other.sql`create temporary table if not exists told (released boolean)`;
    await other.sql`delete from told`;
    await meanwhile(
      holder,
      other,
      `insert into told select answer.released from deploy_queue.release(${id}, release_key => 'second') as answer`,
    );
    const [row] = await other.sql<{ told: string }[]>`select left(released::text, 1) as told from told`;
    return String(row?.told);
  }

  async function purged(holder: Session, other: Session): Promise<string> {
    const id = await newLine(database).add("queued", { hold: "outside" });
    await holder.begin();
    await holder.sql`select from deploy_queue.release(${id})`;
    const purge = send(other, `select from deploy_queue.purge(${id})`);
    await reaction(other, holder, purge);
    await holder.commit();
    return purge.end;
  }

  function besideLockedRow(statement: (id: number) => string): Plot {
    return async (holder, other) => {
      const id = await newLine(database).add("running", { heartbeat: true });
      await database.advance("16 minutes");
      await holder.begin();
      await holder.sql`select from deploy_queue.deployments where id = ${id} for no key update`;
      const end = await meanwhile(holder, other, statement(id));
      return `${end}, ${(await database.queue.deployment(id)).status}`;
    };
  }

  /** The reaping is held up after it has looked, and before it locks what it has found. */
  async function renewedBeforeItsRowIsLocked(holder: Session, other: Session): Promise<string> {
    const id = await newLine(database).add("queued", { heartbeat: true });
    await database.advance("16 minutes");
    const text = await definitionOf(database, "_stale");
    await sql.unsafe(text.replaceAll(/\b_stale\b/g, "_stale_itself"));
    await sql.unsafe(`
      create or replace function deploy_queue._stale(deployment_ids bigint[]) returns setof bigint language plpgsql stable as $$
      begin
        return query select * from deploy_queue._stale_itself(deployment_ids);
        perform pg_advisory_xact_lock_shared(7);
      end;
      $$`);
    try {
      await holder.begin();
      await holder.sql`select pg_advisory_xact_lock(7)`;
      const reap = send(other, "select from deploy_queue.reap_stale_deployments()");
      expect(await reaction(other, holder, reap)).toBe("waits");
      await sql`select from deploy_queue.heartbeat(${id})`;
      await holder.commit();
      await reap.end;
    } finally {
      await sql.unsafe(text);
      await sql`drop function deploy_queue._stale_itself(bigint[])`;
    }
    return (await database.queue.deployment(id)).status;
  }

  async function bumpedTwice(holder: Session, other: Session): Promise<string> {
    const line = newLine(database);
    const [first, second] = [await line.add("queued"), await line.add("queued")];
    await holder.begin();
    await holder.sql`select from deploy_queue.bump(${first}, 'first')`;
    const bump = send(other, `select from deploy_queue.bump(${second}, 'second')`);
    await reaction(other, holder, bump);
    await holder.commit();
    await bump.end;
    return `priority ${(await database.queue.deployment(second)).priority}`;
  }

  async function reapedTwice(holder: Session, other: Session): Promise<string> {
    const line = newLine(database);
    await line.add("running", { heartbeat: true });
    const [first, second] = [await line.add("queued"), await line.add("queued")];
    await database.advance("16 minutes");
    await holder.begin();
    await holder.sql`select from deploy_queue.try_start(${first})`;
    return meanwhile(holder, other, `select from deploy_queue.try_start(${second})`);
  }

  async function rowsBeforeCells(holder: Session, other: Session): Promise<string> {
    const line = newLine(database);
    const id = await line.add("queued");
    await holder.begin();
    await holder.sql`select from deploy_queue.deployments where id = ${id} for no key update`;
    const cancel = send(other, `select from deploy_queue.cancel_location('dev', 'aws', '${line.region}')`);
    await reaction(other, holder, cancel);
    return lockThen(holder, id, cancel);
  }

  async function cellsInOrder(holder: Session, other: Session): Promise<string> {
    const line = newLine(database);
    await line.add("cancelled");
    const inFirst = await line.add("queued");
    const inSecond = await line.add("queued", { cellIndex: 1 });
    await holder.begin();
    await lockCellOf(holder, inFirst);
    const cancel = send(other, `select from deploy_queue.cancel_location('dev', 'aws', '${line.region}')`);
    await reaction(other, holder, cancel);
    return lockThen(holder, inSecond, cancel);
  }

  /** Two environments, where the order of their rows and that of their cells are opposite. */
  function policiesInOrder(
    statement: (environments: string) => string,
    before: (environment: string) => string = (environment) => `select '${environment}'`,
  ): Plot {
    return async (holder, other) => {
      const [first, second] = ["first", "second"].map((name) => `${name}-${environments++}`);
      const enter = async (environment = "") => {
        const [row] = await sql<{ id: number }[]>`
          select id from deploy_queue.enqueue(${environment}, 'aws', 'ordered', 0, 'api')`;
        return row?.id ?? 0;
      };
      for (const environment of [first, second]) {
        await sql`select from deploy_queue.set_environment(${environment ?? ""})`;
        await sql.unsafe(before(environment ?? ""));
      }
      const inSecond = await enter(second);
      const inFirst = await enter(first);
      await holder.begin();
      await lockCellOf(holder, inSecond);
      const change = send(other, statement(`('${first}', '${second}')`));
      expect(await reaction(other, holder, change)).toBe("waits");
      return lockThen(holder, inFirst, change);
    };
  }

  async function measuredAnew(holder: Session, other: Session): Promise<string> {
    const line = newLine(database);
    const [id = 0] = await insertFinished(database, { ...line, endedAgo: "1 day", durations: ["1 minute"] });
    await database.advance("4 months");
    await holder.begin();
    await lockCellOf(holder, id);
    return meanwhile(holder, other, "select deploy_queue.refresh_durations()");
  }

  async function renewedMeanwhile(holder: Session, other: Session): Promise<string> {
    const id = await newLine(database).add("running", { heartbeat: true });
    await database.advance("16 minutes");
    await holder.begin();
    await holder.sql`select from deploy_queue.heartbeat(${id})`;
    const end = await meanwhile(holder, other, "select from deploy_queue.reap_stale_deployments()");
    return `${end}, ${(await database.queue.deployment(id)).status}`;
  }

  async function besideLockedCell(holder: Session, other: Session): Promise<string> {
    const id = await newLine(database).add("running", { heartbeat: true });
    await database.advance("16 minutes");
    await holder.begin();
    await lockCellOf(holder, id);
    return meanwhile(holder, other, "select from deploy_queue.reap_stale_deployments()");
  }
}

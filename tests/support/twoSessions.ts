import { outcome, type Session } from "./session.js";
import { until } from "./until.js";

export interface Sent {
  readonly end: Promise<string>;
  readonly hasEnded: () => boolean;
}

export function send({ sql: session }: Session, statement: string): Sent {
  let hasEnded = false;
  const end = outcome(session.unsafe(statement)).finally(() => {
    hasEnded = true;
  });
  // Broken SQL would prove nothing.
  return {
    end: end.then((code) => (/^(?:22|42|P0|XX)/.test(code) ? Promise.reject(code) : code)),
    hasEnded: () => hasEnded,
  };
}

/** Whether a statement waits for a transaction of the holder. */
export function reaction(other: Session, holder: Session, { hasEnded }: Sent): Promise<string> {
  return until("it waits or has ended", async () => {
    if (hasEnded()) return "goes on";
    const [row] = await holder.sql<{ waits: boolean }[]>`
      select ${holder.pid}::integer = any (pg_blocking_pids(${other.pid})) as waits`;
    return row?.waits === true && "waits";
  });
}

/** The same, and then the holder commits. */
export async function meanwhile(holder: Session, other: Session, statement: string): Promise<string> {
  const sent = send(other, statement);
  const reacted = await reaction(other, holder, sent);
  await holder.commit();
  await sent.end;
  return reacted;
}

export async function lockCellOf({ sql: session }: Session, id: number): Promise<string> {
  return outcome(session`select deploy_queue._lock_cell(cell_id) from deploy_queue.deployments where id = ${id}`);
}

/** Locks one more cell while the other session waits: a wrong order is a deadlock, of which one of them is told. */
export async function lockThen(holder: Session, id: number, sent: Sent): Promise<string> {
  const locked = await lockCellOf(holder, id);
  await holder.commit();
  return `${locked} ${await sent.end}`;
}

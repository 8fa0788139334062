import { setTimeout as sleep } from "node:timers/promises";
import { Database } from "../src/database/database.js";
import { type HandOvers, idleMilliseconds } from "./line.js";

/** The least that a hand-off can be: UPDATE + NOTIFY by one connection, UPDATE by another that hears it; by each in its turn. */
export async function openFloor(url: string, waiters: number): Promise<HandOvers> {
  const open = (): Database => new Database({ url, applicationName: "bench" });
  const finisher = open();
  await finisher.query((sql) => sql`create table public.floor (id integer primary key, value integer not null)`);
  await finisher.query((sql) => sql`insert into public.floor values (1, 0), (2, 0)`);
  const line: { readonly waiter: Database; readonly channel: string }[] = [];
  while (line.length < waiters) {
    const [waiter, channel] = [open(), `floor_${line.length}`];
    // As a waiter does; a finisher sends one statement and goes.
    waiter.connection.prepareStatements();
    await waiter.listen(channel);
    line.push({ waiter, channel });
  }
  return {
    async handOver() {
      await sleep(idleMilliseconds);
      const next = line.shift();
      if (next === undefined) return Number.NaN;
      line.push(next);
      const { waiter, channel } = next;
      const claimed = new Promise<void>((resolve, reject) => {
        const stop = waiter.onWakeUp(channel, () => {
          stop();
          waiter
            .query((sql) => sql`update public.floor set value = value + 1 where id = 2`)
            .then(() => resolve(), reject);
        });
      });
      const began = performance.now();
      await Promise.all([
        finisher.query(
          (sql) =>
            sql`with done as (update public.floor set value = value + 1 where id = 1) select pg_notify(${channel}, '')`,
        ),
        claimed,
      ]);
      return performance.now() - began;
    },
    async close() {
      await Promise.all([finisher, ...line.map(({ waiter }) => waiter)].map((database) => database.close()));
    },
  };
}

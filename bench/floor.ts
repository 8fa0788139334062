import { setTimeout as sleep } from "node:timers/promises";
import { Database } from "../src/database/database.js";
import { type HandOvers, idleMilliseconds } from "./line.js";

/** The least that a hand-off can be: UPDATE + NOTIFY by one connection, UPDATE by another that hears it, with bystanders. */
export async function openFloor(url: string, bystanders: number): Promise<HandOvers> {
  const open = (): Database => new Database({ url, applicationName: "bench" });
  const [finisher, waiter] = [open(), open()];
  // As whoever waits does; whoever finishes says one thing and goes.
  waiter.prepareStatements();
  const listeners = Array.from({ length: bystanders }, open);
  await finisher.query((sql) => sql`create table floor (id integer primary key, value integer not null)`);
  await finisher.query((sql) => sql`insert into floor values (1, 0), (2, 0)`);
  await waiter.listen("floor");
  for (const [index, listener] of listeners.entries()) {
    await listener.listen(`bystander_${index}`);
  }
  return {
    async handOver() {
      await sleep(idleMilliseconds);
      const claimed = new Promise<void>((resolve, reject) => {
        const stop = waiter.onWakeUp("floor", () => {
          stop();
          waiter.query((sql) => sql`update floor set value = value + 1 where id = 2`).then(() => resolve(), reject);
        });
      });
      const began = performance.now();
      await Promise.all([
        finisher.query(
          (sql) => sql`with done as (update floor set value = value + 1 where id = 1) select pg_notify('floor', '')`,
        ),
        claimed,
      ]);
      return performance.now() - began;
    },
    async close() {
      await Promise.all([finisher, waiter, ...listeners].map((database) => database.close()));
    },
  };
}

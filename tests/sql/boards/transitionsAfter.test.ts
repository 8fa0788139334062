import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";

const { sql, queue, enqueue } = useDatabase();

const newest = async () => {
  const [row] = await sql<{ id: number }[]>`select max(id)::float8 as id from deploy_queue.deployment_events`;
  return row?.id ?? 0;
};

test("what happened after an event is told in order, with waits, runs and the hand-off of the one that waited", async () => {
  const place = { region: "told" };
  await enqueue({ region: "before" });
  const since = await newest();
  const first = await enqueue(place);
  await queue.tryStart(first.id);
  const second = await enqueue(place);
  await queue.finish(first.id);
  await queue.tryStart(second.id);

  const told = await sql`
    select kind, waited is not null as waited, ran is not null as ran, handed_over between '0' and '1 minute' as handed_over
    from deploy_queue.transitions_after(${since})`;
  expect(told).toEqual([
    { kind: "enqueued", waited: false, ran: false, handed_over: null },
    { kind: "started", waited: true, ran: false, handed_over: null },
    { kind: "enqueued", waited: false, ran: false, handed_over: null },
    { kind: "finished", waited: false, ran: true, handed_over: null },
    { kind: "started", waited: true, ran: false, handed_over: true },
  ]);
  expect(await sql`select kind from deploy_queue.transitions_after(null)`).toEqual([{ kind: "started" }]);
  expect(await sql`select kind from deploy_queue.transitions_after(${since}, 1)`).toEqual([{ kind: "enqueued" }]);
});

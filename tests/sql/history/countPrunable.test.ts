import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";

const { sql, queue, enqueue, advance } = useDatabase();

test("is how many prune_history removes with this retention, whatever the environment has now", async () => {
  const cell = { environment: "dev", region: "counted" };
  for (const end of ["finish", "cancel", "finish", "cancel"] as const) {
    const { id } = await enqueue(cell);
    await queue.tryStart(id);
    await queue[end](id);
  }
  await advance("40 days");
  await enqueue(cell);

  // The newest finished one says what is deployed, and stays.
  expect(await queue.history.prunable("dev", 30 * 86_400)).toBe(3);
  expect(await queue.history.prunable("dev", 50 * 86_400)).toBe(0);
  expect(await queue.history.prunable("prod", 30 * 86_400)).toBe(0);

  await sql`update deploy_queue.environments set retention = '30 days' where environment = 'dev'`;
  expect(await queue.upkeep.pruneHistory()).toBe(3);
});

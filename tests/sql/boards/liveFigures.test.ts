import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";

const { sql, queue, enqueue } = useDatabase();

test("what waits and runs is counted by environment and state", async () => {
  const running = await enqueue({ region: "counted", environment: "prod" });
  await queue.tryStart(running.id);
  await enqueue({ region: "counted", environment: "prod" });

  expect(
    await sql`
      select status, deployment_count::int, oldest between '0' and '1 minute' as is_new
      from deploy_queue.live_figures() where environment = 'prod' order by status`,
  ).toEqual([
    { status: "queued", deployment_count: 1, is_new: true },
    { status: "running", deployment_count: 1, is_new: true },
  ]);
});

import { expect, onTestFinished, test } from "vitest";
import { openClient } from "../support/database.js";
import { startOwnServer } from "../support/ownServer.js";

test("a standby serves all views, for boards", async () => {
  const primary = await startOwnServer();
  const queue = primary.openQueue();
  const cell = { environment: "dev", cloudProvider: "aws", region: "r", cellIndex: 0, component: "api" };
  const { id } = await queue.enqueue(cell, { heartbeat: true });
  await queue.tryStart(id, { heartbeat: true });
  await queue.enqueue(cell);
  const standby = await primary.standby();
  const reader = openClient(new URL(standby.url));
  onTestFinished(() => reader.end());
  const views = await reader<{ name: string }[]>`
    select viewname as name from pg_views where schemaname = 'deploy_queue' and not starts_with(viewname, '_')`;
  const failures: string[] = [];
  for (const { name } of views) {
    await reader`select * from deploy_queue.${reader(name)}`.catch((error: unknown) =>
      failures.push(`${name}: ${error}`),
    );
  }
  expect(failures).toEqual([]);
  const queued = await reader`select from deploy_queue.queue`;
  expect(queued).toHaveLength(1);
});

import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { queue } = database;

test("logs go when their deployment ended longer ago than log_retention, and with their deployment", async () => {
  await queue.environments.set("brief", { logRetention: 7_200 });
  await queue.environments.setComponent("brief", "web", { logRetention: 86_400 });
  const line = newLine(database, "brief");
  const add = async (component: string, ends: boolean) => {
    const id = await line.add("running", { component, concurrencyKey: "all" });
    await queue.logs.append(id, "me", 1, [{ stream: "stdout", content: "a", age: 0 }]);
    if (ends) await queue.fail(id);
    return id;
  };
  const ended = await add("api", true);
  const web = await add("web", true);
  const running = await add("api", false);
  const left = async () => [...(await queue.logs.logged([ended, web, running]))];

  await database.advance("90 minutes");
  expect(await queue.logs.prune()).toBe(0);
  await database.advance("1 hour");
  expect(await queue.logs.prune()).toBe(1);
  expect(await left()).toEqual([web, running]);

  await queue.environments.set("brief", { retention: 86_400 });
  await database.advance("23 hours");
  expect(await queue.upkeep.pruneHistory()).toBe(2);
  expect(await left()).toEqual([running]);
});

test("logs without a deployment go, too", async () => {
  const { id } = await database.enqueue();
  await database.sql`
    insert into deploy_queue.deployment_logs (deployment_id, position, logged_at, stream, content, size_so_far)
    values (${id + 1_000_000}, 1, deploy_queue._now() - interval '31 days', 'stdout', 'a', 1)`;
  expect(await queue.logs.prune()).toBe(1);
});

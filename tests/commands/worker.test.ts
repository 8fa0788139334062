import { hostname } from "node:os";
import { expect, test } from "vitest";
import { newPlace, useCommandLine } from "../support/commandLine.js";
import { insertFinished } from "../support/history.js";

const line = useCommandLine();

test("with --once it does everything one time, and leaves no schema of its own behind", async () => {
  await line.queue.setEnvironment("forgetful", { retention: 86_400 });
  const place = newPlace("forgetful");
  const durations = ["1 minute", "1 minute"];
  const history = { environment: place.environment, region: place.region, component: "holder" };
  await insertFinished(line, { ...history, endedAgo: "80 days", durations });
  const [recent] = await insertFinished(line, { ...history, endedAgo: "10 hours", durations: ["1 minute"] });
  await insertFinished(line, { ...history, endedAgo: "9 hours", durations: ["1 minute"] });
  const slow = await line.running(place);
  const stale = await line.running(newPlace(), { heartbeat: true });
  await line.advance("13 hours");

  const { code, stderr, stdout } = await line.run(["worker", "--once"]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  expect(stderr).toContain("removed 2 deployments");
  expect(await line.events(slow)).toContain("outlier");
  expect(await line.events(stale)).toContain("reaped");
  expect(await line.events(recent ?? 0)).not.toEqual([]);
  const [schema] = await line.sql`select to_regnamespace('deploy_queue_worker') as name`;
  expect(schema).toEqual({ name: null });
  const workers = await line.sql`select name from deploy_queue.workers`;
  expect(workers).toEqual([{ name: `${hostname()}:once` }]);
});

test("with --once it does the rest although one task fails, and says so", async () => {
  await line.sql`alter function deploy_queue.reap_stale_deployments() rename to away`;
  const { code, stderr } = await line.run(["worker", "--once"]);
  await line.sql`alter function deploy_queue.away() rename to reap_stale_deployments`;
  expect(code).toBe(1);
  expect(stderr).toMatch(/ERROR: reap_stale_deployments failed: .*does not exist/);
  expect(stderr).toContain("removing history");
});

test("with --once and without a database it ends with 7", async () => {
  const nowhere = { DEPLOY_QUEUE_DATABASE_URL: "postgres://nobody@127.0.0.1:1/nothing" };
  expect((await line.run(["worker", "--once"], nowhere)).code).toBe(7);
});

test("a URL that cannot be read is not waited for", async () => {
  expect((await line.run(["worker"], { DEPLOY_QUEUE_DATABASE_URL: "mysql://x" })).code).toBe(2);
});

import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { Database } from "../../src/database/database.js";
import { ensureSchema } from "../../src/database/ensureSchema.js";
import { Queue } from "../../src/queue/queue.js";
import { useDatabase } from "../support/database.js";
import { emptyDatabase } from "../support/emptyDatabase.js";

const database = useDatabase();
const run = promisify(execFile);

/** What docs/operations.md tells people to type. */
const [, flags = ""] =
  /`pg_dump ([^`]+)`/.exec(readFileSync(join(import.meta.dirname, "../../docs/operations.md"), "utf8")) ?? [];
const dumps = Number(/ (\d+)/.exec(String(spawnSync("pg_dump", ["--version"]).stdout))?.[1] ?? 0);

const clockOfTests = ["--schema", "test"];

test("what pg_dump has taken comes back whole, and the line goes on", async ({ skip }) => {
  const [server] = await database.sql<{ major: number }[]>`
    select current_setting('server_version_num')::integer / 10000 as major`;
  skip(server === undefined || dumps < server.major, `there is no pg_dump of PostgreSQL ${server?.major}`);

  const { queue } = database;
  await queue.environments.set("dev", { bufferTime: 0 });
  const [finished, running, waiting] = [
    await database.enqueue({ region: "kept" }),
    await database.enqueue({ region: "kept", version: "v2" }),
    await database.enqueue({ region: "kept", component: "web" }),
  ];
  await queue.tryStart(finished.id);
  await queue.finish(finished.id);
  await queue.tryStart(running.id);

  const restored = await emptyDatabase();
  const { stdout } = await run("pg_dump", [...flags.split(" "), ...clockOfTests, database.url], {
    maxBuffer: 100_000_000,
  });
  const restoring = run("psql", ["--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction", restored.url]);
  restoring.child.stdin?.end(stdout);
  await restoring;

  const opened = new Database({ url: restored.url, applicationName: "tests" });
  onTestFinished(() => opened.close());
  const said: string[] = [];
  await ensureSchema(opened, {
    ...{ url: restored.url, migrate: true },
    onProgress: (message) => said.push(message),
    onWarning: (message) => said.push(message),
  });
  expect(said).toEqual([]);
  const after = new Queue(opened);
  expect(await after.history.verify()).toEqual([]);
  expect((await after.upkeep.health()).filter(({ name }) => name === "rules")).toMatchObject([{ status: "ok" }]);

  expect((await after.tryStart(waiting.id)).waitingOn).toMatchObject([{ kind: "running", deployment_id: running.id }]);
  await after.finish(running.id);
  expect((await after.tryStart(waiting.id)).started).toBe(true);
  const insert = (row: object) => {
    const location = { environment: "dev", cloud_provider: "aws", region: "kept", cell_index: 0, component: "api" };
    return restored.sql`insert into deploy_queue.deployments ${restored.sql({ ...location, ...row })}`;
  };
  await expect(insert({ start_timestamp: new Date() })).rejects.toMatchObject({ code: "QD003" });
  await expect(insert({ version: "a\nb" })).rejects.toMatchObject({
    constraint_name: "version_must_be_1_to_100_printable_characters",
  });
});

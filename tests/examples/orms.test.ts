import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { useDatabase } from "../support/database.js";

const database = useDatabase();
const python = process.env["DEPLOY_QUEUE_TEST_PYTHON"] ?? "python3";

const orms = [
  { orm: "SQLAlchemy", module: "sqlalchemy", script: "sqlalchemy_models.py" },
  { orm: "Django", module: "django", script: "django_models.py" },
];

test.for(orms)(
  "$orm inserts, starts and finishes by the models that it makes itself, saving whole rows in between",
  async ({ module, script }, { skip }) => {
    const installed = spawnSync(python, ["-c", `import psycopg, ${module}`], { stdio: "ignore" }).status === 0;
    skip(!installed, `${python} has no psycopg and ${module}: DEPLOY_QUEUE_TEST_PYTHON names one that has`);

    const { stdout } = await promisify(execFile)(python, [join(import.meta.dirname, script), `orm-${module}`], {
      env: { ...process.env, DEPLOY_QUEUE_DATABASE_URL: database.url },
    });

    const events = await database.sql`
      select kind from deploy_queue.deployment_events where deployment_id = ${Number(stdout)} order by id`;
    expect(events.map(({ kind }) => kind)).toEqual(["enqueued", "started", "finished"]);
    expect(await database.queue.deployment(Number(stdout))).toMatchObject({ version: "v1", status: "finished" });
  },
);

import { hostname } from "node:os";
import { describe, expect, test } from "vitest";
import { newPlace, useCommandLine } from "../support/commandLine.js";
import { insertFinished } from "../support/history.js";
import { useLogins } from "../support/logins.js";
import { outcome } from "../support/session.js";
import { until } from "../support/until.js";
import { startWorker, stopsInTime } from "../support/worker.js";

const line = useCommandLine();
const newLogin = useLogins(line);

test("with --once it does everything one time, and leaves no schema of its own behind", async () => {
  await line.queue.environments.set("forgetful", { retention: 86_400 });
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

describe("a role that may not", () => {
  test("ends a worker with 4 and one line with what to grant, which is enough", async () => {
    await line.run(["roles", "create"]);
    const { name, url } = await newLogin("deploy_queue_deployer");
    const { pathname } = new URL(line.url);
    const role = { DEPLOY_QUEUE_DATABASE_URL: url };
    const cure = [
      `grant deploy_queue_operator to ${name}`,
      `grant create on database ${pathname.slice(1)} to ${name}`,
    ] as const;

    const denied = await line.run(["worker"], role);
    expect(denied).toMatchObject({ code: 4, stdout: "" });
    expect(denied.stderr).toMatch(/^deploy-queue: the role .* may not .*: permission denied for database .*\n$/);
    expect(denied.stderr).toContain(name);
    for (const statement of cure) {
      expect(denied.stderr).toContain(statement);
    }

    await line.sql.unsafe(cure[1]);
    const half = await line.run(["worker"], role);
    expect(half.code).toBe(4);
    expect(half.stderr).toMatch(/^deploy-queue: .* may not use worker_seen; deploy_queue_operator may\..*\n$/m);
    expect(half.stderr).toContain(cure[0]);

    await line.sql.unsafe(cure[0]);
    const worker = line.launch(["worker"], role);
    await worker.printed(/works until it is stopped/);
    await stopsInTime(worker);
  });

  test("ends a worker with 4 also where the server speaks German", async ({ skip }) => {
    await line.run(["roles", "create"]);
    const { name, url } = await newLogin("deploy_queue_deployer");
    const speaks = await outcome(line.sql.unsafe(`alter role ${name} set lc_messages = 'de_DE.UTF-8'`));
    if (speaks !== "ok") skip("the server knows no German");

    const denied = await line.run(["worker"], { DEPLOY_QUEUE_DATABASE_URL: url });
    expect(denied.code).toBe(4);
    expect(denied.stderr).toContain("grant deploy_queue_operator to");
  });

  test("is told whose the tables of the workers are when another role made them", async () => {
    await line.run(["roles", "create"]);
    await line.sql`drop schema if exists deploy_queue_worker cascade`;
    await stopsInTime(await startWorker(line));
    const { url } = await newLogin("deploy_queue_operator");
    const [owner] = await line.sql<{ name: string }[]>`select quote_ident(current_user) as name`;

    const { code, stderr } = await line.run(["worker"], { DEPLOY_QUEUE_DATABASE_URL: url });
    expect(code).toBe(4);
    expect(stderr).toMatch(/^deploy-queue: .*\n$/);
    expect(stderr).toContain(`run the worker as ${owner?.name}, the owner of the schema deploy_queue_worker`);
  });

  test("ends --once with 4 and the same line", async () => {
    await line.run(["roles", "create"]);
    const { name, url } = await newLogin("deploy_queue_deployer");

    const { code, stderr } = await line.run(["worker", "--once"], { DEPLOY_QUEUE_DATABASE_URL: url });
    expect(code).toBe(4);
    expect(stderr).toMatch(/^deploy-queue: the role .* may not .*\n$/);
    expect(stderr).toContain(`grant deploy_queue_operator to ${name}`);
    // It has no tables of its own.
    expect(stderr).not.toContain("grant create");
  });

  test("ends a worker that has worked before, once its role is taken away", async () => {
    await line.run(["roles", "create"]);
    const { name, url } = await newLogin("deploy_queue_operator");
    await line.sql`drop schema if exists deploy_queue_worker cascade`;
    await line.sql.unsafe(`grant create on database ${new URL(line.url).pathname.slice(1)} to ${name}`);
    const worker = line.launch(["worker"], { DEPLOY_QUEUE_DATABASE_URL: url });
    await worker.printed(/works until it is stopped/);
    const listening = await until("it has been seen and listens", async () => {
      const [backend] = await line.sql<{ pid: number }[]>`
        select pid from pg_stat_activity
        where datname = current_database() and usename = ${name} and query like 'LISTEN%jobs:insert%'
          and exists (select from deploy_queue.workers where name = ${`${hostname()}:${worker.process.pid}`})`;
      return backend;
    });
    await line.sql.unsafe(`revoke deploy_queue_operator from ${name}`);
    // Whatever looks wrong has it say at once that it is alive.
    await line.sql`select pg_terminate_backend(${listening.pid})`;

    const { code, stderr } = await worker.end;
    expect(code).toBe(4);
    expect(stderr).toContain(`the role ${name} may not`);
  });
});

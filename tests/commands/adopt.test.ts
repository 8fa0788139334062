import { expect, test } from "vitest";
import { useCommandLine } from "../support/commandLine.js";
import { emptyDatabase } from "../support/emptyDatabase.js";
import { createPredecessor } from "../support/predecessor.js";

const line = useCommandLine();

/** A database with a deployment of the predecessor that waits, and one that runs if asked for. */
async function predecessor({ running = false } = {}) {
  const { url, sql, urlOfPowerlessRole } = await emptyDatabase();
  await createPredecessor(sql);
  await sql.unsafe(`
    insert into public.deployments (environment, cloud_provider, region, cell_index, component, start_timestamp)
    values ('dev', 'aws', 'r', 1, 'api', ${running ? "now()" : "null"})`);
  const run = (...args: string[]) => line.run(args, { DEPLOY_QUEUE_DATABASE_URL: url });
  return { url, sql, run, urlOfPowerlessRole };
}

test("adopt says what it moved, and the deployment waits on in the queue", async () => {
  const { run } = await predecessor();

  const { code, stdout, stderr } = await run("adopt", "--with-waiting", "--yes");

  expect(code).toBe(0);
  const steps = [
    /read \d+ deployments of the predecessor/,
    /moved them, and checked each/,
    /recorded \d+ events/,
    /built \d+ indexes/,
  ];
  for (const step of steps) expect(stderr).toMatch(step);
  expect(stdout).toMatch(/^environments +2\s*$/m);
  expect(stdout).toMatch(/^deployments queued +1\s*$/m);
  expect((await run("info", "1")).stdout).toContain("1 queued api");
});

test("adopt --dry-run says the same and changes nothing, not even the schema", async () => {
  const { sql, run } = await predecessor();

  const without = await run("adopt", "--dry-run");
  expect({ code: without.code, stdout: without.stdout }).toEqual({ code: 4, stdout: "" });
  expect(without.stderr).toContain("deploy-queue migrate");
  expect(await sql`select to_regnamespace('deploy_queue') is null as untouched`).toEqual([{ untouched: true }]);

  await run("migrate");
  const { code, stdout } = await run("adopt", "--dry-run", "--with-waiting", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toContainEqual({ what: "deployments queued", amount: 1, problem: null });
  expect(await sql`select relkind from pg_class where oid = 'public.deployments'::regclass`).toEqual([
    { relkind: "r" },
  ]);
});

test("adopt without --yes and a terminal says what it would move, and changes nothing", async () => {
  const { sql, run } = await predecessor();

  const { code, stdout, stderr } = await run("adopt", "--with-waiting");

  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^deployments queued +1\s*$/m);
  expect(stderr).toContain("nothing was done: there is no terminal to ask at. Add --yes\n");
  expect(await sql`select relkind from pg_class where oid = 'public.deployments'::regclass`).toEqual([
    { relkind: "r" },
  ]);
});

test("adopt is refused while something runs with 4, unless told otherwise", async () => {
  const { run } = await predecessor({ running: true });

  const { code, stdout, stderr } = await run("adopt", "--yes");
  expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
  expect(stderr).toContain("1 running; finish or cancel them");
  expect(stderr).not.toMatch(/^ +at /m);

  const dry = await run("adopt", "--dry-run");
  expect(dry.code).toBe(4);
  expect(dry.stdout).toContain("running; finish or cancel them");

  expect((await run("adopt", "--with-running", "--yes")).code).toBe(0);
  expect((await run("finish", "1")).code).toBe(0);
});

test("adopt is refused while something waits with 4, unless told otherwise", async () => {
  const { run } = await predecessor();
  await run("migrate");

  const dry = await run("adopt", "--dry-run");
  expect(dry.code).toBe(4);
  expect(dry.stdout).toContain("waiting; let them start or cancel them");
  expect((await run("adopt", "--yes")).code).toBe(4);
  expect((await run("adopt", "--with-waiting", "--yes")).code).toBe(0);
});

test("migrate is refused where the new tables would hide those of the predecessor from a role, and from its open sessions", async () => {
  const { sql, run } = await predecessor();
  const setPath = (path: string) =>
    sql.unsafe(
      `do $$ begin execute format('alter role current_user in database %I ${path}', current_database()); end $$`,
    );

  await setPath("reset search_path");
  const refused = await run("migrate");
  expect(refused.code).toBe(4);
  expect(refused.stderr).toContain('run "alter role deploy_queue set search_path = public"');
  expect(refused.stderr).toContain("Nothing was changed");
  // As every command that would migrate.
  expect((await run("list", "queue")).code).toBe(4);

  await setPath("set search_path = public");
  await sql`set application_name = 'psql'`;
  const [session] = await sql`select pg_backend_pid() as pid`;
  const open = await run("migrate");
  expect(open.code).toBe(4);
  expect(open.stderr).toContain(`1 sessions of role deploy_queue are open`);
  expect(open.stderr).toContain(`end them: ${session?.["pid"]}`);
  expect(await sql`select to_regnamespace('deploy_queue') is null as untouched`).toEqual([{ untouched: true }]);

  await sql`set application_name = 'deploy-queue tests'`;
  expect((await run("migrate")).code).toBe(0);
});

test("adopt is refused in a database without a predecessor with 4", async () => {
  const { code, stderr } = await line.run(["adopt", "--yes"]);
  expect(code).toBe(4);
  expect(stderr).toContain("there is nothing to adopt");
});

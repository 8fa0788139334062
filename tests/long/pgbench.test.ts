import { execFile, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { useDirectory } from "../support/commandLine.js";
import { useDatabase } from "../support/database.js";

const database = useDatabase();
const { sql } = database;
const directory = useDirectory();
const isInstalled = spawnSync("pgbench", ["--version"]).status === 0;
const seconds = Number(process.env["DEPLOY_QUEUE_HAMMER_SECONDS"] ?? 3);

beforeAll(async () => {
  await sql`select from deploy_queue.add_cell('dev', 'aws', 'bench', 3)`;
  await sql`select from deploy_queue.set_cell('dev', 'aws', 'bench', 3, slots => 2)`;
  // pgbench stops at an error, and refusals by the rules are what is looked for. Whatever else happens stops it.
  await sql.unsafe(`
    create function test.act(act integer, cell integer, choice integer) returns void language plpgsql as $$
    declare
      v_key text := (array['x', 'y', null, null])[choice % 4 + 1];
      v_id bigint := (
        select id from deploy_queue._live_deployments where cell_index = cell order by id offset choice % 4 limit 1
      );
    begin
      case act
        when 0 then
          perform deploy_queue.enqueue('dev', 'aws', 'bench', cell, 'api', concurrency_key => v_key,
            sequence => case when choice < 50 then choice end);
        when 1, 2 then perform deploy_queue.try_start(v_id);
        when 3 then perform deploy_queue.finish(v_id);
        when 4 then perform deploy_queue.cancel(v_id);
        when 5 then update deploy_queue.deployments set start_timestamp = now() where id = v_id;
        when 6 then update deploy_queue.deployments set finish_timestamp = now() where id = v_id;
        when 7 then
          insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component, start_timestamp)
          values ('dev', 'aws', 'bench', cell, 'api', now());
      end case;
    exception when sqlstate 'QD001' or sqlstate 'QD003' or sqlstate 'QD004' or sqlstate 'QD005' or sqlstate 'QD006'
      or sqlstate 'QD007' or deadlock_detected then null;
    end $$`);
});

test.skipIf(!isInstalled)(
  `16 clients of pgbench for ${seconds} s run never two at once, as the events tell`,
  { timeout: 600_000 + seconds * 2000 },
  async () => {
    const script = join(directory, "acts.sql");
    writeFileSync(
      script,
      "\\set act random(0, 7)\n\\set cell random(0, 3)\n\\set choice random(0, 99)\nselect test.act(:act, :cell, :choice);\n",
    );
    const { stdout } = await promisify(execFile)("pgbench", [
      ...["--no-vacuum", "--client=16", "--jobs=2", `--time=${seconds}`, `--file=${script}`, database.url],
    ]);

    expect(stdout).toMatch(/number of transactions actually processed: [1-9]\d\d/);
    expect(stdout).not.toMatch(/aborted/);
    expect(await database.queue.history.verify()).toEqual([]);
    const [{ runs } = { runs: 0 }] = await sql<{ runs: number }[]>`
      select count(*)::integer as runs from deploy_queue.deployment_events where kind = 'started'`;
    expect(runs).toBeGreaterThan(5);
  },
);

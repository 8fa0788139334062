import { beforeAll, expect, test } from "vitest";
import { useCommandLine } from "../support/commandLine.js";
import { useHttpServer } from "../support/httpServer.js";

const cli = useCommandLine();
const server = useHttpServer(cli);
const rows = 12_000;

beforeAll(async () => {
  const sql = cli.connect();
  await sql.unsafe(`
    set session_replication_role = replica;
    insert into deploy_queue.cells (environment, cloud_provider, region, cell_index)
    select 'dev', 'aws', 'many', index from generate_series(1, 600) as index;
    insert into deploy_queue.deployments (id, environment, cloud_provider, region, cell_index, cell_id, component, created_at, updated_at)
    overriding system value
    select nextval('deploy_queue.deployments_id_seq'), environment, cloud_provider, region, cell_index, cells.id, 'api', now(), now()
    from deploy_queue.cells cross join generate_series(1, ${rows / 600}) where region = 'many';
    reset session_replication_role;
    analyze deploy_queue.deployments;`);
});

test.each([["list queue"], [`list deployments --since 1h --limit ${rows}`]])(
  "%s tells more rows than a server sends at once, in the same order as the database",
  async (command) => {
    const overHttp = {
      ...{ DEPLOY_QUEUE_DATABASE_URL: undefined, DEPLOY_QUEUE_URL: server.base },
      DEPLOY_QUEUE_TOKEN: await server.tokenOf("operator"),
    };
    const told = async (variables: object): Promise<readonly unknown[]> => {
      const { code, stdout, stderr } = await cli.run([...command.split(" "), "--json"], { ...variables });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const listed: readonly Record<string, unknown>[] = JSON.parse(stdout);
      return listed.map((row) => row["deployment_id"]);
    };
    const direct = await told({});
    expect(new Set(direct).size).toBe(rows);
    expect(await told(overHttp)).toEqual(direct);
  },
);

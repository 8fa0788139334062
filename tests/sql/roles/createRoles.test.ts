import { beforeAll, describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { useLogins } from "../../support/logins.js";

const database = useDatabase();
const { sql } = database;
const newLogin = useLogins(database);
const roles = ["reader", "approver", "checker", "agent", "server", "deliverer", "deployer", "operator"] as const;

beforeAll(async () => {
  await database.queue.roles.create();
});

describe("create_roles", () => {
  test("may be repeated, and says what is new", async () => {
    expect(await database.queue.roles.create()).toEqual(
      roles.map((role) => ({ role_name: `deploy_queue_${role}`, created: false })),
    );
  });

  test("puts right what was given and taken by hand", async () => {
    await sql.unsafe(`
      grant delete on deploy_queue.deployments to deploy_queue_deployer;
      grant execute on function deploy_queue.prune_history(integer) to public, deploy_queue_reader;
      revoke execute on function deploy_queue.finish(bigint, text, boolean) from deploy_queue_deployer`);

    await database.queue.roles.create();

    const may = (role: string, fn: string) => sql`
      select has_function_privilege(${role}, ${`deploy_queue.${fn}`}, 'execute') as may`;
    expect(await may("deploy_queue_deployer", "finish(bigint, text, boolean)")).toEqual([{ may: true }]);
    expect(await may("deploy_queue_reader", "prune_history(integer)")).toEqual([{ may: false }]);
    expect(
      await sql`select has_table_privilege('deploy_queue_deployer', 'deploy_queue.deployments', 'delete') as may`,
    ).toEqual([{ may: false }]);
  });

  test("two at once do not get in each other's way", async () => {
    const queues = [...Array(6).keys()].map(() => database.openQueue());
    await Promise.all(queues.map((queue) => queue.roles.create()));
  });

  test("refuses with QD012 and the cure when the caller may not create roles", async () => {
    const { name } = await newLogin();
    const session = database.connect();
    const away = (role: string) => `alter role deploy_queue_${role} rename to away_${role}_${process.pid};`;
    await session.unsafe(`begin; ${away("reader")} ${away("operator")}
      grant usage on schema deploy_queue to ${name};
      grant execute on function deploy_queue.create_roles(boolean), deploy_queue._roles() to ${name};
      set role ${name}`);

    const failure = await session`select deploy_queue.create_roles()`.catch((error: unknown) => error);
    await session.unsafe("rollback");

    expect(failure).toMatchObject({
      code: "QD012",
      hint: expect.stringContaining(
        "create role deploy_queue_reader nologin; create role deploy_queue_operator nologin;",
      ),
    });
  });
});

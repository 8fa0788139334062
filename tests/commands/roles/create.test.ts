import { expect, test } from "vitest";
import { useCommandLine } from "../../support/commandLine.js";

const cli = useCommandLine();

test("roles create makes the reader, and may be repeated", async () => {
  await cli.run(["roles", "create"]);

  const { code, stdout } = await cli.run(["roles", "create"]);
  const { stdout: json } = await cli.run(["roles", "create", "--json"]);

  expect({ code, stdout }).toEqual({ code: 0, stdout: "deploy_queue_reader exists\n" });
  expect(JSON.parse(json)).toEqual([{ role_name: "deploy_queue_reader", created: false }]);
  const [role] = await cli.sql`select rolcanlogin from pg_roles where rolname = 'deploy_queue_reader'`;
  expect(role).toEqual({ rolcanlogin: false });
});

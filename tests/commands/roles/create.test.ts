import { expect, test } from "vitest";
import { useCommandLine } from "../../support/commandLine.js";
import { useLogins } from "../../support/logins.js";

const cli = useCommandLine();
const newLogin = useLogins(cli);
const names = ["reader", "approver", "checker", "agent", "server", "deliverer", "deployer", "operator"].map(
  (kind) => `deploy_queue_${kind}`,
);

test("roles create makes the roles that are given out, and may be repeated", async () => {
  await cli.run(["roles", "create"]);

  const { code, stdout } = await cli.run(["roles", "create"]);
  const { stdout: json } = await cli.run(["roles", "create", "--json"]);

  expect({ code, stdout }).toEqual({ code: 0, stdout: names.map((name) => `${name} exists\n`).join("") });
  expect(JSON.parse(json)).toEqual(names.map((name) => ({ role_name: name, created: false })));
  const logins = await cli.sql`select from pg_roles where rolname in ${cli.sql(names)} and rolcanlogin`;
  expect(logins).toHaveLength(0);
});

test("roles create is refused to others than the owner with 4, in one line with the cure", async () => {
  await cli.run(["roles", "create"]);
  const { url } = await newLogin("deploy_queue_operator");

  const { code, stdout, stderr } = await cli.run(["roles", "create"], { DEPLOY_QUEUE_DATABASE_URL: url });

  expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
  expect(stderr).toMatch(
    /^deploy-queue: role \S+ may not use create_roles; the owner of the queue may\. .*docs\/roles\.md.*\n$/,
  );
});

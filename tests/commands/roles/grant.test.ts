import { expect, test } from "vitest";
import { useCommandLine } from "../../support/commandLine.js";
import { useLogins } from "../../support/logins.js";

const cli = useCommandLine();
const newLogin = useLogins(cli);

const rowsOf = async (name: string) =>
  JSON.parse((await cli.run(["roles", "list", "--json"])).stdout).filter(
    ({ role_name }: { role_name: string }) => role_name === name,
  );
const start = ["start", "--provider", "aws", "--region", "grant", "--cell-index", "1", "--component", "api"];

test("roles grant makes a login a deployer of some environments, and roles revoke takes that back", async () => {
  const { name, url } = await newLogin();
  const asLogin = { DEPLOY_QUEUE_DATABASE_URL: url };

  const granted = await cli.run(["roles", "grant", name, "--as", "deployer", "--environments", "dev"]);

  expect(granted).toMatchObject({ code: 0, stdout: `${name} is a deployer of dev\n` });
  expect(await rowsOf(name)).toEqual([{ role_name: name, kind: "deployer", environments: ["dev"] }]);
  expect((await cli.run([...start, "--environment", "dev"], asLogin)).code).toBe(0);
  const elsewhere = await cli.run([...start, "--environment", "prod"], asLogin);
  expect(elsewhere.code).toBe(4);
  expect(elsewhere.stderr).toContain(`role ${name} may not change environment prod`);

  await cli.run(["roles", "grant", name, "--as", "deployer", "--environments", "all"]);
  expect((await cli.run([...start, "--environment", "prod"], asLogin)).code).toBe(0);

  expect((await cli.run(["roles", "revoke", name])).code).toBe(0);
  expect(await rowsOf(name)).toEqual([]);
  expect((await cli.run([...start, "--environment", "dev"], asLogin)).code).toBe(4);
});

test("an administrator with CREATEROLE, who is no superuser, sets up a queue of its own and gives out its roles", async () => {
  const [admin, login] = [await newLogin(), await newLogin()];
  const url = new URL(admin.url);
  url.pathname = `/managed_${admin.name}`;
  const asAdmin = { DEPLOY_QUEUE_DATABASE_URL: url.href };
  await cli.run(["roles", "create"]);
  await cli.sql.unsafe(`alter role ${admin.name} createrole createdb`);
  // As if it had created them, which it has on a server of its own.
  for (const kind of ["reader", "approver", "checker", "agent", "server", "deliverer", "deployer", "operator"]) {
    await cli.sql.unsafe(`grant deploy_queue_${kind} to ${admin.name} with admin option`);
  }
  await admin.sql.unsafe(`create database managed_${admin.name}`);
  try {
    const grant = ["roles", "grant", login.name, "--as", "deployer", "--environments", "dev"];
    expect(await cli.run(grant, asAdmin)).toMatchObject({ code: 0 });
    expect((await cli.run(["roles", "list"], asAdmin)).stdout).toMatch(new RegExp(`${login.name} +deployer +dev`));
    expect(await cli.run(["roles", "revoke", login.name], asAdmin)).toMatchObject({ code: 0 });
    expect((await cli.run(["roles", "list"], asAdmin)).stdout).not.toContain(login.name);
  } finally {
    await cli.sql.unsafe(`drop database managed_${admin.name} with (force)`);
  }
});

test.each([
  ["nobody_there", "deployer", [], "role nobody_there does not exist"],
  ["LOGIN", "deployer", ["--environments", "nowhere"], "environment nowhere does not exist"],
  [
    "LOGIN",
    "owner",
    [],
    '--as must be reader, approver, checker, agent, server, deliverer, deployer or operator, not "owner"',
  ],
])("roles grant %s --as %s %j is refused with 2, in one line", async (given, kind, more, message) => {
  const { name } = await newLogin();
  const role = given === "LOGIN" ? name : given;

  const { code, stderr } = await cli.run(["roles", "grant", role, "--as", kind, ...more]);

  expect(code).toBeGreaterThan(1);
  expect(stderr).toContain(message);
});

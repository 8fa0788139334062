import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { useLogins } from "../../support/logins.js";

const database = useDatabase();
const { sql, queue } = database;
const newLogin = useLogins(database);

beforeAll(async () => void (await queue.roles.create()));

const rowsOf = async (name: string) => (await queue.roles.granted()).filter(({ role_name }) => role_name === name);

test("granted_roles shows each login with its roles and environments, however they were given", async () => {
  const { name } = await newLogin("deploy_queue_reader");
  expect(await rowsOf(name)).toEqual([{ role_name: name, kind: "reader", environments: null }]);
  await sql.unsafe(`alter role ${name} set deploy_queue.allowed_environments = 'dev,prod'`);
  expect(await rowsOf(name)).toMatchObject([{ environments: ["dev", "prod"] }]);
  await queue.roles.grant(name, "operator", ["dev"]);
  expect(await rowsOf(name)).toMatchObject([
    { kind: "operator", environments: ["dev"] },
    { kind: "reader", environments: ["dev"] },
  ]);
});

test("a login stays tied when it is renamed, and so does another one that gets its name", async () => {
  const { name } = await newLogin();
  await queue.roles.grant(name, "deployer", ["dev"]);
  await sql.unsafe(`alter role ${name} rename to ${name}_renamed`);
  expect(await rowsOf(`${name}_renamed`)).toMatchObject([{ environments: ["dev"] }]);
  await sql.unsafe(`create role ${name} login in role deploy_queue_deployer`);
  expect(await rowsOf(name)).toMatchObject([{ environments: ["dev"] }]);
  await sql.unsafe(`drop role ${name}; alter role ${name}_renamed rename to ${name}`);
});

test("a reader may ask, and learns nothing of the table of ties by itself", async () => {
  const { sql: session } = await newLogin("deploy_queue_reader");
  expect((await session`select * from deploy_queue.granted_roles()`).length).toBeGreaterThan(0);
  await expect(session`select * from deploy_queue.tied_roles`).rejects.toMatchObject({ code: "42501" });
});

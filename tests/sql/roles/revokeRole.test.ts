import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { useLogins } from "../../support/logins.js";

const database = useDatabase();
const { sql, queue } = database;
const newLogin = useLogins(database);

beforeAll(async () => void (await queue.roles.create()));

test("revoke_role takes every role and the ties, and may be repeated", async () => {
  const { name } = await newLogin("deploy_queue_reader");
  await queue.roles.grant(name, "operator", ["dev"]);
  await queue.roles.revoke(name);
  await queue.roles.revoke(name);
  expect((await queue.roles.granted()).filter(({ role_name }) => role_name === name)).toEqual([]);
  expect(await sql`select from deploy_queue.tied_roles where role_name = ${name}`).toEqual([]);
});

test("revoke_role forgets a role that was dropped", async () => {
  await sql`create role dropped_soon`;
  await queue.roles.grant("dropped_soon", "deployer", ["dev"]);
  await sql`drop role dropped_soon`;
  await queue.roles.revoke("dropped_soon");
  expect(await sql`select from deploy_queue.tied_roles where role_name = 'dropped_soon'`).toEqual([]);
});

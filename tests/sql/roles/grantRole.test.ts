import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { useLogins } from "../../support/logins.js";
import { outcome } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;
const newLogin = useLogins(database);

beforeAll(async () => void (await queue.roles.create()));

test("grant_role ties a login to environments, unties it, and leaves it as it is without them", async () => {
  const { name, sql: session } = await newLogin();
  const enqueue = (environment: string) =>
    outcome(session`select deploy_queue.enqueue(${environment}, 'aws', 'grant', 0, 'api')`);

  await queue.roles.grant(name, "deployer", ["dev"]);
  expect([await enqueue("dev"), await enqueue("prod")]).toEqual(["ok", "QD020"]);
  await queue.roles.grant(name, "deployer");
  expect(await enqueue("prod")).toBe("QD020");
  await queue.roles.grant(name, "deployer", ["*"]);
  expect(await enqueue("prod")).toBe("ok");
});

test("what a superuser has set and what the owner has granted must both allow it", async () => {
  const { name, sql: session } = await newLogin();
  await sql.unsafe(`alter role ${name} set deploy_queue.allowed_environments = 'dev,prod'`);
  await queue.roles.grant(name, "deployer", ["dev"]);
  expect(await outcome(session`select deploy_queue.enqueue('prod', 'aws', 'both', 0, 'api')`)).toBe("QD020");
  expect(await outcome(session`select deploy_queue.enqueue('dev', 'aws', 'both', 0, 'api')`)).toBe("ok");
});

test("only the owner grants: no operator unties itself", async () => {
  const { name, sql: session } = await newLogin();
  await queue.roles.grant(name, "operator", ["dev"]);
  expect(await outcome(session`select deploy_queue.grant_role(${name}, 'operator', '{*}')`)).toBe("42501");
  expect(await outcome(session`delete from deploy_queue.tied_roles`)).toBe("42501");
});

test.for([
  ["nobody_there", "deployer", null, "QD030"],
  ["LOGIN", "owner", null, "QD030"],
  ["LOGIN", "deployer", "{nowhere}", "QD002"],
] as const)("grant_role of %s as %s in %j is refused with %s", async ([given, kind, environments, code]) => {
  const { name } = await newLogin();
  const role = given === "LOGIN" ? name : given;
  expect(await outcome(sql`select deploy_queue.grant_role(${role}, ${kind}, ${environments}::text[])`)).toBe(code);
});

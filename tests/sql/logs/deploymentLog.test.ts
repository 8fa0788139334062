import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { useLogins } from "../../support/logins.js";

const database = useDatabase();
const { sql, queue } = database;
const newLogin = useLogins(database);

test("the view of logs has their places, and for a role that is tied to environments theirs only", async () => {
  await queue.roles.create();
  for (const environment of ["dev", "prod"]) {
    const id = await newLine(database, environment).add("running");
    await queue.logs.append(id, "me", 1, [{ stream: "stdout", content: environment, age: 0 }]);
  }
  const read = (by = sql) => by`
    select environment, component, stream, content from deploy_queue.deployment_log order by deployment_id, position`;
  const row = (environment: string) => ({ environment, component: "api", stream: "stdout", content: environment });
  expect(await read()).toEqual([row("dev"), row("prod")]);
  const tied = await newLogin("deploy_queue_deployer");
  await sql`select deploy_queue.grant_role(${tied.name}, 'deployer', '{prod}')`;
  expect(await read(tied.sql)).toEqual([row("prod")]);
});

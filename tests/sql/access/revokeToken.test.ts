import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { useLogins } from "../../support/logins.js";
import { newToken } from "../../support/tokens.js";

const database = useDatabase();
const { sql } = database;
const newLogin = useLogins(database);

beforeAll(async () => {
  await database.queue.roles.create();
});

test("a token that is not there, or was revoked, cannot be revoked", async () => {
  await newToken(sql, "once", "reader");
  await sql`select deploy_queue.revoke_token('once')`;

  for (const name of ["once", "never"]) {
    await expect(sql`select deploy_queue.revoke_token(${name})`).rejects.toMatchObject({
      code: "QD075",
      message: `there is no token '${name}'`,
    });
  }
});

test("an operator of one environment revokes no token that reaches further", async () => {
  const { name: operator, sql: session } = await newLogin();
  await database.queue.roles.grant(operator, "operator", ["dev"]);
  await newToken(sql, "everywhere", "deployer");
  await newToken(sql, "dev only", "deployer", { environments: ["dev"] });

  await expect(session`select deploy_queue.revoke_token('everywhere')`).rejects.toMatchObject({ code: "QD020" });
  await session`select deploy_queue.revoke_token('dev only')`;
});

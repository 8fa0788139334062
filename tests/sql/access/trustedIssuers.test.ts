import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { useLogins } from "../../support/logins.js";
import { audience, github, githubClaims, newSession, newTrust } from "../../support/trusts.js";

const database = useDatabase();
const { sql } = database;
const newLogin = useLogins(database);

beforeAll(async () => {
  await database.queue.roles.create();
});

test("only the login of a server creates sessions, and it reads which issuers count", async () => {
  await newTrust(sql, { claims: { repository_id: "15" } });
  const server = await newLogin("deploy_queue_server");
  expect((await newSession(server.sql, githubClaims({ repository_id: "15" }))).row).toMatchObject({ kind: "deployer" });
  expect(await server.sql`select * from deploy_queue.trusted_issuers()`).toContainEqual({ issuer: github, audience });
  await expect(server.sql`select * from deploy_queue.sessions`).rejects.toMatchObject({ code: "42501" });

  const operator = await newLogin("deploy_queue_operator");
  await expect(newSession(operator.sql, githubClaims({ repository_id: "15" }))).rejects.toMatchObject({
    code: "42501",
  });
});

import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { callAs, githubClaims, newSession, newTrust } from "../../support/trusts.js";

const database = useDatabase();
const { sql } = database;

beforeAll(async () => {
  await database.queue.roles.create();
});

test("removing a trust ends its sessions, and its name is free", async () => {
  const name = await newTrust(sql, { claims: { repository_id: "12" } });
  const { credential } = await newSession(sql, githubClaims({ repository_id: "12" }));
  await callAs(sql, credential, "schema_version");
  const [known] = await sql`select * from deploy_queue.remove_trust(${name})`;
  expect(known).toMatchObject({ name, session_count: 0 });

  await expect(callAs(sql, credential, "schema_version")).rejects.toMatchObject({ code: "QD070" });
  await expect(newSession(sql, githubClaims({ repository_id: "12" }))).rejects.toMatchObject({ code: "QD083" });
  await expect(sql`select deploy_queue.remove_trust(${name})`).rejects.toMatchObject({ code: "QD082" });
});

import { randomBytes } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { callAs, githubClaims, newSession, newTrust } from "../../support/trusts.js";

const database = useDatabase();
const { sql } = database;

beforeAll(async () => {
  await database.queue.roles.create();
  await newTrust(sql);
});

test("a session that was ended opens nothing, and the others of its run go on", async () => {
  const [ended, other] = [await newSession(sql, githubClaims()), await newSession(sql, githubClaims())];
  for (const credential of [ended.credential, ended.credential, randomBytes(32)]) {
    await sql`select deploy_queue.end_session(${credential})`;
  }
  await expect(callAs(sql, ended.credential, "schema_version")).rejects.toMatchObject({ code: "QD070" });
  await expect(callAs(sql, other.credential, "schema_version")).resolves.toHaveLength(1);
});

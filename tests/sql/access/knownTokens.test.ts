import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newToken } from "../../support/tokens.js";

const database = useDatabase();
const { sql } = database;

beforeAll(async () => {
  await database.queue.roles.create();
});

test("shows what a token may, who made it and when it was used, and nothing of its secret", async () => {
  const credential = await newToken(sql, "shown", "deployer", { components: ["api"], validFor: "90 days" });
  const before =
    await sql`select *, array_to_json(components) as components from deploy_queue.known_tokens where name = 'shown'`;
  expect(before).toMatchObject([
    { kind: "deployer", environments: null, components: ["api"], functions: null, used_at: null, revoked_at: null },
  ]);
  expect(before[0]?.["expires_at"]).toBeInstanceOf(Date);
  expect(Object.keys(before[0] ?? {})).not.toContain("hash");

  await sql`select deploy_queue.call(${credential}, 'schema_version')`;
  const [after] = await sql`select used_at from deploy_queue.known_tokens where name = 'shown'`;
  expect(after?.["used_at"]).toBeInstanceOf(Date);
});

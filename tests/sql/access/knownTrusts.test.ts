import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { audience, githubClaims, newSession, newTrust } from "../../support/trusts.js";

const database = useDatabase();
const { sql } = database;

beforeAll(async () => {
  await database.queue.roles.create();
});

test("a trust is shown with what it asks for and gives, and with the number of its sessions", async () => {
  await database.enqueue({ environment: "dev", region: "known", cellIndex: 1 });
  const claims = { repository_id: "74", ref: "refs/heads/main" };
  const name = await newTrust(sql, { claims, environments: ["dev"], cells: ["dev-aws-known-cell-1"] });
  await newSession(sql, githubClaims());
  await newSession(sql, githubClaims());

  const [row] = await sql`select to_jsonb(known_trusts) as trust from deploy_queue.known_trusts where name = ${name}`;
  expect(row?.["trust"]).toMatchObject({
    ...{ provider: "github", issuer: "https://token.actions.githubusercontent.com", audience, claims },
    ...{ run_claims: ["repository_id", "run_id"], kind: "deployer", environments: ["dev"], components: null },
    ...{ cells: ["dev-aws-known-cell-1"], functions: null, session_seconds: 3600, session_count: 2, removed_at: null },
  });
  await database.advance("61 minutes");
  const [later] = await sql`select session_count from deploy_queue.known_trusts where name = ${name}`;
  expect(later).toEqual({ session_count: 0 });
});

import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { audience, callAs, newSession, newTrust } from "../../support/trusts.js";

const database = useDatabase();
const { sql } = database;
const issuer = "https://accounts.example.com";
const trust = { provider: "people", issuer, kind: "operator" };
const ada = { aud: audience, sub: "u-1", email: "ada@example.com", groups: ["staff", "on-call"] };

beforeAll(async () => {
  await database.queue.roles.create();
  await newTrust(sql, { ...trust, claims: { groups: "on-call" } });
});

test("a person of a group acts as that one person, by a name that nobody else chooses", async () => {
  const { credential, row } = await newSession(sql, ada, issuer, true);
  expect(row).toMatchObject({ principal: "accounts.example.com sub=u-1", kind: "operator" });

  const [entered] = await sql`
    select answer -> 'id' as id from deploy_queue.call(
      ${credential}, 'enqueue', '{"environment": "dev", "cloud_provider": "aws", "region": "r", "cell_index": 1, "component": "api"}', 'bob'
    ) as answer`;
  expect(await callAs(sql, credential, "history", { deployment_id: entered?.["id"] })).toMatchObject([
    { actor: "ada@example.com", principal: "accounts.example.com sub=u-1", verified_subject: "u-1" },
  ]);
});

test.for([
  ["of other groups", { ...ada, groups: ["staff"] }],
  ["of a group whose name only begins so", { ...ada, groups: ["on-call-2"] }],
  ["of no group", { ...ada, groups: undefined }],
] as const)("a person %s is not let in", async ([, claims]) => {
  await expect(newSession(sql, claims, issuer, true)).rejects.toMatchObject({ code: "QD083" });
});

test("a trust in people lets in no token of a CI system, and the other way round", async () => {
  await expect(newSession(sql, ada, issuer)).rejects.toMatchObject({ code: "QD083" });
  await newTrust(sql, { provider: "oidc", issuer, claims: { sub: "job" }, runClaims: ["sub"] });
  await expect(newSession(sql, { ...ada, sub: "job", groups: [] }, issuer, true)).rejects.toMatchObject({
    code: "QD083",
  });
  expect(await sql`select * from deploy_queue.trusted_issuers()`).toHaveLength(1);
});

test("an e-mail address that was not verified names nobody", async () => {
  const claims = { ...ada, sub: "u-2", email_verified: false, preferred_username: "eve" };
  const { credential } = await newSession(sql, claims, issuer, true);
  const [made] = await callAs(sql, credential, "enqueue", {
    ...{ environment: "dev", cloud_provider: "aws", region: "r", cell_index: 2, component: "api" },
  });
  expect(made).toMatchObject({ actor: "eve" });
});

test("approvals that logins and tokens are too few for are no problem where people with that role sign in", async () => {
  const problems = async () => {
    const [row] = await sql`select text from deploy_queue.health() where name = 'rules'`;
    return String(row?.["text"]);
  };
  await sql`update deploy_queue.environments set approvals = 10 where environment = 'dev'`;
  expect(await problems()).toContain("dev needs 10 approvals of deploy_queue_approver");

  const name = await newTrust(sql, { ...trust, kind: "approver", claims: { groups: "reviewers" } });
  expect(await problems()).not.toContain("dev needs 10 approvals");
  await sql`select deploy_queue.remove_trust(${name})`;
  expect(await problems()).toContain("dev needs 10 approvals");
});

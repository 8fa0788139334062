import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { useLogins } from "../../support/logins.js";
import { audience, newTrust } from "../../support/trusts.js";

const database = useDatabase();
const { sql } = database;
const newLogin = useLogins(database);

beforeAll(async () => {
  await database.queue.roles.create();
});

test.for([
  [{ provider: "jenkins" }, "QD080", "provider must be github, gitlab, oidc or people"],
  [{ runClaims: ["repository_id"] }, "QD080", "which claims tell one run from another is known of this provider"],
  [{ claims: {} }, "QD080", "claims must be at least one claim and its value"],
  [{ claims: { repository: "octo/api" } }, "QD080", /must name repository_id or repository_owner_id, since a name may/],
  [{ claims: { repository_id: 74 } }, "QD080", "the value of a claim must be a string"],
  [{ provider: "oidc" }, "QD080", /the issuer is named/],
  [
    { provider: "oidc", issuer: "https://ci.example.com", claims: { sub: "a" } },
    "QD080",
    /one run is told from another/,
  ],
  [{ issuer: "http://ci.example.com" }, "23514", /issuer_must_begin_with_https/],
  [{ issuer: "https://user@ci.example.com" }, "23514", /issuer_must_begin_with_https/],
  [{ kind: "server" }, "QD030", undefined],
  [{ environments: ["nowhere"] }, "QD002", undefined],
  [{ cells: ["dev-aws-nowhere-cell-1"] }, "QD043", "there is no cell 'dev-aws-nowhere-cell-1'"],
] as const)("a trust with %j is refused", async ([trust, code, message]) => {
  await expect(newTrust(sql, trust)).rejects.toMatchObject({
    code,
    ...(message !== undefined && { message: expect.stringMatching(message) }),
  });
});

test("a name belongs to one trust, and an operator of one environment adds and removes trusts for that one only", async () => {
  const name = await newTrust(sql, { claims: { repository_id: "14" } });
  await expect(
    sql`select deploy_queue.add_trust(${name}, 'github', ${audience}, '{"repository_id": "1"}', 'reader')`,
  ).rejects.toMatchObject({ code: "QD081" });

  const operator = await newLogin();
  await database.queue.roles.grant(operator.name, "operator", ["dev"]);
  const own = await newTrust(operator.sql, { environments: ["dev"] });
  await expect(newTrust(operator.sql, {})).rejects.toMatchObject({ code: "QD020" });
  await expect(operator.sql`select deploy_queue.remove_trust(${name})`).rejects.toMatchObject({ code: "QD020" });
  await operator.sql`select deploy_queue.remove_trust(${own})`;
  const deployer = await newLogin("deploy_queue_deployer");
  await expect(newTrust(deployer.sql, {})).rejects.toMatchObject({ code: "42501" });
});

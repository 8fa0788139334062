import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { useLogins } from "../../support/logins.js";
import { openSession, outcome, untilBlocked } from "../../support/session.js";
import { newToken } from "../../support/tokens.js";
import { newTrust } from "../../support/trusts.js";

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

test.each([
  ["token", "QD075", "tokens", "revoked_at"],
  ["trust", "QD082", "trusts", "removed_at"],
] as const)(
  "of two that end a %s at once, the second finds none, and the first moment stays",
  async (what, code, table, moment) => {
    if (what === "token") await newToken(sql, "both", "reader");
    const name = what === "token" ? "both" : await newTrust(sql);
    const call = what === "token" ? "revoke_token" : "remove_trust";
    const [first, second] = [await openSession(database), await openSession(database)];
    await first.begin();
    await first.sql.unsafe(`select deploy_queue.${call}('${name}')`);
    const pending = outcome(second.sql.unsafe(`select deploy_queue.${call}('${name}')`));
    await untilBlocked(database, second, first);
    const [{ ended } = { ended: undefined }] = await first.sql.unsafe<{ ended: Date }[]>(
      `select ${moment} as ended from deploy_queue.${table} where name = '${name}'`,
    );
    await first.commit();
    expect(await pending).toBe(code);
    expect(await sql.unsafe(`select ${moment} as ended from deploy_queue.${table} where name = '${name}'`)).toEqual([
      { ended },
    ]);
  },
);

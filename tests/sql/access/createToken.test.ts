import { randomBytes } from "node:crypto";
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

test("a name belongs to one token until that is revoked", async () => {
  await newToken(sql, "ci", "deployer");
  await expect(newToken(sql, " ci ", "reader")).rejects.toMatchObject({
    code: "QD074",
    message: "there is a token 'ci' already",
  });

  await sql`select deploy_queue.revoke_token('ci')`;
  await newToken(sql, "ci", "reader");
});

test.for([
  ["server", {}, "QD030"],
  ["owner", {}, "QD030"],
  ["deployer", { environments: ["nowhere"] }, "QD002"],
  ["deployer", { functions: ["set_environment"] }, "QD071"],
  ["deployer", { functions: ["pg_sleep"] }, "QD071"],
] as const)("no token of a %s is made with %j", async ([kind, limits, code]) => {
  await expect(newToken(sql, `${kind} ${JSON.stringify(limits)}`, kind, limits)).rejects.toMatchObject({ code });
});

test.for([
  ["", randomBytes(32), "23514"],
  ["a\nb", randomBytes(32), "23514"],
  ["short", randomBytes(31), "QD073"],
] as const)("the token %j with the hash %s is refused with %s", async ([name, hash, code]) => {
  const made = sql`select deploy_queue.create_token(name => ${name}, kind => 'reader', hash => ${hash})`;
  await expect(made).rejects.toMatchObject({ code });
});

test("an operator of one environment makes tokens for that one only, and a deployer makes none", async () => {
  const operator = await newLogin();
  await database.queue.roles.grant(operator.name, "operator", ["dev"]);
  await newToken(operator.sql, "of dev", "deployer", { environments: ["dev"] });
  for (const environments of [["prod"], ["dev", "prod"], undefined]) {
    const limits = environments === undefined ? {} : { environments };
    await expect(newToken(operator.sql, "wider", "deployer", limits)).rejects.toMatchObject({ code: "QD020" });
  }

  const deployer = await newLogin("deploy_queue_deployer");
  await expect(newToken(deployer.sql, "mine", "deployer")).rejects.toMatchObject({ code: "42501" });
});

test("an operator's token that may call some functions only makes tokens for those only", async () => {
  const functions = ["create_token", "freeze", "add_trust"];
  const limited = await newToken(sql, "limited", "operator", { functions });
  const make = async (name: string, more: object) => {
    const hash = `\\x${randomBytes(32).toString("hex")}`;
    await sql`
      select deploy_queue.call(${limited}, 'create_token', ${JSON.stringify({ name, kind: "operator", hash, ...more })}::text::jsonb)`;
  };
  await make("narrow", { functions: ["freeze"] });
  for (const more of [{}, { functions: ["freeze", "cancel"] }]) {
    await expect(make("wide", more)).rejects.toMatchObject({
      code: "QD072",
      message: "token limited may not let others call functions other than create_token, freeze, add_trust",
    });
  }
  const trust = { name: "wide", provider: "github", audience: "a", claims: { repository_id: "1" }, kind: "operator" };
  await expect(
    sql`select deploy_queue.call(${limited}, 'add_trust', ${JSON.stringify(trust)}::text::jsonb)`,
  ).rejects.toMatchObject({ code: "QD072" });
});

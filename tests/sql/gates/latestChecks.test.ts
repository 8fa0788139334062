import { expect, test } from "vitest";
import { newVersion, reportTo } from "../../support/checks.js";
import { useDatabase } from "../../support/database.js";

const database = useDatabase();
const { sql, queue } = database;

test("the newest reports are listed with their state and who made them", async () => {
  const version = newVersion();
  await reportTo(database, version, "e2e", { passed: false });
  await reportTo(database, version, "e2e", { expiresIn: 60 });
  await reportTo(database, version, "load");
  await reportTo(database, version, "lint", { passed: false, url: "https://ci.example/8" });
  await database.advance("61 seconds");
  const checks = await queue.checks.latest({ version });
  expect(checks).toMatchObject([
    { name: "lint", state: "failed", url: "https://ci.example/8", expires_at: null },
    { name: "load", state: "passed" },
    { name: "e2e", state: "expired" },
  ]);
  const [role] = await sql`select session_user::text as name`;
  expect(checks[0]).toMatchObject({ principal: role?.["name"], actor: role?.["name"] });
  expect(await queue.checks.latest({ version, name: "load", component: "web" })).toEqual([]);
  expect(await queue.checks.latest({ version, limit: 1 })).toHaveLength(1);
});

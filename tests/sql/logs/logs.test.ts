import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { useLogins } from "../../support/logins.js";
import { newToken } from "../../support/tokens.js";

const database = useDatabase();
const { sql, queue } = database;
const newLogin = useLogins(database);

/** A deployment with a log of three chunks, of which the first two are an hour old. */
async function logged(environment = "dev", component = "api"): Promise<number> {
  const id = await newLine(database, environment).add("running", { component });
  await queue.logs.append(id, "me", 1, [
    { stream: "stdout", content: "old", age: 3_600 },
    { stream: "stderr", content: "bad", age: 3_600 },
    { stream: "stdout", content: "new", age: 0 },
  ]);
  return id;
}

const contents = (rows: readonly { content: string }[]) => rows.map(({ content }) => content);

describe("logs", () => {
  test("are read in order, from a position, from a moment, and of one stream", async () => {
    const id = await logged();
    expect(contents(await queue.logs.page(id))).toEqual(["old", "bad", "new"]);
    expect(contents(await queue.logs.page(id, { after: 2 }))).toEqual(["new"]);
    expect(contents(await queue.logs.page(id, { stream: "stderr" }))).toEqual(["bad"]);
    const since = new Date(Date.now() - 600_000);
    expect(contents(await queue.logs.page(id, { since }))).toEqual(["new"]);
    expect(await queue.logs.page(id, { after: 3 })).toEqual([]);
    await expect(queue.logs.page(999_999)).rejects.toMatchObject({ exitCode: 3 });
  });

  test("come in pages of about 1 MiB, which together are all", async () => {
    await queue.environments.set("large", { logLimit: 10_485_760 });
    const id = await newLine(database, "large").add("running");
    const chunks = Array.from({ length: 50 }, () => ({
      stream: "stdout" as const,
      content: "x".repeat(60_000),
      age: 0,
    }));
    await queue.logs.append(id, "me", 1, chunks);
    const pages: number[] = [];
    for (let after = 0, size = -1; size !== 0; ) {
      const page = await queue.logs.page(id, { after });
      size = page.length;
      pages.push(size);
      after = page.at(-1)?.position ?? after;
    }
    expect(pages).toEqual([18, 18, 14, 0]);
    expect(await sql`select from deploy_queue.logs(${id}, at_most => 3)`).toHaveLength(3);
  });

  test("are for readers, unless they are limited to other environments or components", async () => {
    await queue.roles.create();
    const dev = await logged("dev");
    const prod = await logged("prod", "web");
    const reader = await newLogin("deploy_queue_reader");
    expect(await reader.sql`select from deploy_queue.logs(${prod})`).toHaveLength(3);
    const tied = await newLogin("deploy_queue_deployer");
    await sql`select deploy_queue.grant_role(${tied.name}, 'deployer', '{dev}')`;
    expect(await tied.sql`select from deploy_queue.logs(${dev})`).toHaveLength(3);
    await expect(tied.sql`select from deploy_queue.logs(${prod})`).rejects.toMatchObject({
      code: "QD087",
      message: expect.stringMatching(/^login_\w+ may not read the log of deployment \d+ \(web\)$/),
    });

    const server = await newLogin("deploy_queue_server");
    const api = await newToken(sql, "api", "reader", { components: ["api"] });
    const call = (id: number) =>
      server.sql`select deploy_queue.call(${api}, 'logs', ${JSON.stringify({ deployment_id: id })}::text::jsonb)`;
    expect(await call(dev)).toHaveLength(3);
    await expect(call(prod)).rejects.toMatchObject({ code: "QD087" });
  });
});

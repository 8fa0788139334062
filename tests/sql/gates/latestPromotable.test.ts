import { expect, test } from "vitest";
import { type EnqueueArguments, useDatabase } from "../../support/database.js";
import { markBad } from "../../support/marks.js";

const database = useDatabase();
const { sql, queue } = database;

let pairs = 0;

async function newPair(given = "") {
  const staging = `staging-${pairs}`;
  const prod = `prod-${pairs++}`;
  await sql`select deploy_queue.set_environment(${staging})`;
  await sql.unsafe(`select deploy_queue.set_environment('${prod}', promote_from => '${staging}'${given})`);
  const finish = async (version: string, more: Partial<EnqueueArguments> = {}): Promise<number> => {
    const { id } = await database.enqueue({ environment: staging, version, ...more });
    await queue.tryStart(id);
    await queue.finish(id);
    return id;
  };
  const latest = (environment = prod) => sql<{ version: string; artifact: string | null; deployment_id: number }[]>`
    select version, artifact, deployment_id
    from deploy_queue.latest_promotable(${staging}, ${environment}, 'aws', 'eu', 0, 'api')`;
  return { staging, prod, finish, latest };
}

test("is the version that finished last, with its artifact", async () => {
  const { finish, latest } = await newPair();
  await finish("v2");
  await finish("v3");
  await finish("v9", { component: "web" });
  expect(await latest()).toMatchObject([{ version: "v3", artifact: null }]);
  // What was rolled back to counts.
  const back = await finish("v2", { artifact: "sha256:aa" });
  expect(await latest()).toEqual([{ version: "v2", artifact: "sha256:aa", deployment_id: back }]);
});

test("is one that has soaked", async () => {
  const { finish, latest } = await newPair(", soak => '10 minutes'");
  await finish("v2");
  await database.advance("10 minutes");
  await finish("v3");
  expect(await latest()).toMatchObject([{ version: "v2" }]);
});

test("is none that was marked bad", async () => {
  const { finish, latest } = await newPair();
  await finish("v2-good");
  await finish("v3-bad");
  await markBad(database, { component: "api", version: "v3-bad" });
  expect(await latest()).toMatchObject([{ version: "v2-good" }]);
});

test("may be asked of an environment that does not promote", async () => {
  const { finish, latest } = await newPair();
  await finish("v2");
  expect(await latest("dev")).toMatchObject([{ version: "v2" }]);
});

test("is refused when there is none, and says why", async () => {
  const { staging, prod, finish, latest } = await newPair(", promotion_cells => 'same-region'");
  await expect(latest()).rejects.toMatchObject({
    code: "QD064",
    message: `no version of api has finished in ${staging}`,
  });
  await finish("v2", { region: "us" });
  await expect(latest()).rejects.toMatchObject({
    code: "QD064",
    message: `no version of api that has finished in ${staging} can be promoted to ${prod} now: v2 has not finished in ${staging} in aws-eu`,
  });
  await expect(latest("nowhere")).rejects.toMatchObject({ code: "QD002" });
});

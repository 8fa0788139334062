import { describe, expect, test } from "vitest";
import { newEnvironment } from "../../support/confirmations.js";
import { type EnqueueArguments, useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql, queue } = database;

/** A holder of version v3 in an environment of its own, and what enters as a part of it; the policies come after its start. */
async function holding(policies: string) {
  const environment = await newEnvironment(database);
  const region = newLine(database).region;
  const place = { environment, region, artifact: "sha256:3" };
  const { id } = await database.enqueue({ ...place, version: "v3", heartbeat: true });
  await queue.tryStart(id, { heartbeat: true });
  await sql.unsafe(`select deploy_queue.set_environment('${environment}', ${policies})`);
  const part = (more: Partial<EnqueueArguments>) =>
    database.enqueue({ ...place, version: "v3", parentId: id, joinParent: true, ...more });
  const starts = async (more: Partial<EnqueueArguments>) => (await queue.tryStart((await part(more)).id)).started;
  return { environment, holder: id, part, starts };
}

const refusal = (why: string) => ({ code: "QD036", message: expect.stringContaining(why) });

describe("what runs in the hold of another deployment", () => {
  test("brings what that one has brought, whatever is demanded by now", async () => {
    const { starts } = await holding("require_checks => '{e2e}', approvals => 2, promote_from => 'dev'");
    expect(await starts({})).toBe(true);
  });

  test("brings another version only when its checks have passed", async () => {
    const { part, starts } = await holding("require_checks => '{e2e}'");
    const what = { component: "db", version: "v9" };
    await expect(part(what)).rejects.toMatchObject(refusal("check e2e has not been reported for db v9"));
    await expect(part({ component: "db" })).rejects.toMatchObject(refusal("check e2e has not been reported for db v3"));
    await expect(sql`
      select deploy_queue.enqueue(environment, cloud_provider, region, cell_index, 'db', parent_id => id, join_parent => true)
      from deploy_queue.deployments where id = ${(await part({})).parent_id}`).rejects.toMatchObject(
      refusal("no version by which to find its checks"),
    );
    await queue.checks.report({ ...what, name: "e2e", passed: true });
    expect(await starts(what)).toBe(true);
  });

  test("does not start when a check has failed after it entered", async () => {
    const { part } = await holding("require_checks => '{load}'");
    const what = { component: "web", version: "v9" };
    await queue.checks.report({ ...what, name: "load", passed: true });
    const { id } = await part(what);
    await queue.checks.report({ ...what, name: "load", passed: false });
    await expect(queue.tryStart(id)).rejects.toThrow("check load failed");
  });

  test("brings another version only when it is promoted", async () => {
    const source = await newEnvironment(database);
    const { part, starts } = await holding(`promote_from => '${source}'`);
    const what = { component: "cache", version: "v9" };
    await expect(part(what)).rejects.toMatchObject(refusal(`v9 has not finished in ${source}`));
    const { id } = await database.enqueue({ ...what, environment: source });
    await queue.tryStart(id);
    await queue.finish(id);
    expect(await starts(what)).toBe(true);
  });

  test("is of the version that was approved, and as its own component also of its artifact", async () => {
    const { part, starts, holder } = await holding("approvals => 1");
    await expect(part({ version: "v4" })).rejects.toMatchObject(
      refusal(`it brings another version or artifact than deployment ${holder} (api@v3), which was approved`),
    );
    await expect(part({ artifact: "sha256:4" })).rejects.toMatchObject(refusal("another version or artifact"));
    await expect(part({ component: "web", version: "v4" })).rejects.toMatchObject(refusal("another version"));
    expect(await starts({ component: "web", artifact: "sha256:4" })).toBe(true);
  });

  test("brings no version that was marked bad", async () => {
    const { part } = await holding("buffer_time => '0'");
    const what = { component: "queue", version: "v9" };
    await database.enqueue({ ...what, environment: "dev" });
    const { id } = await part(what);
    await sql`select deploy_queue.mark_bad('queue', 'v9', 'it loses orders')`;
    await expect(part(what)).rejects.toMatchObject(refusal("queue@v9 was marked bad by"));
    await expect(queue.tryStart(id)).rejects.toThrow("queue@v9 was marked bad by");
    await sql`select deploy_queue.mark_good('queue', 'v9')`;
    expect(await queue.tryStart(id)).toMatchObject({ started: true });
  });

  test("goes back to what has finished there, without checks", async () => {
    const { part, starts, environment, holder } = await holding("require_checks => '{e2e}'");
    const back = { version: "v2", rollbackOf: holder };
    await expect(part(back)).rejects.toMatchObject(refusal(`v2 has not finished in ${environment}`));
    await sql`select deploy_queue.set_environment(${environment}, require_checks => '{}')`;
    const { id } = await database.enqueue({ environment, region: newLine(database).region, version: "v2" });
    await queue.tryStart(id);
    await queue.finish(id);
    await sql`select deploy_queue.set_environment(${environment}, require_checks => '{e2e}')`;
    expect(await starts(back)).toBe(true);
  });
});

import { describe, expect, test } from "vitest";
import { newPlace, useCommandLine } from "../../support/commandLine.js";
import { until } from "../../support/until.js";

const cli = useCommandLine();

/** Starts heartbeats for a running deployment and waits for the first. */
async function beating(options: (id: number) => readonly string[] = (id) => [String(id)], environment = "dev") {
  const id = await cli.running(newPlace(environment));
  const heartbeat = cli.launch(["heartbeat", "deployment", ...options(id)]);
  await until("a heartbeat came", async () => (await cli.row(id)).heartbeat_timestamp !== null);
  return { id, heartbeat };
}

describe("heartbeat deployment", () => {
  test("ends with 0 when the deployment finishes", async () => {
    const { id, heartbeat } = await beating();

    await cli.queue.finish(id);

    expect(await heartbeat.end).toMatchObject({ code: 0, stdout: "" });
  });

  test("ends with 5 when the deployment is cancelled, and shows the note", async () => {
    const { id, heartbeat } = await beating();

    await cli.queue.cancel(id, "pulled back", { force: true });

    const { code, stderr } = await heartbeat.end;
    expect(code).toBe(5);
    expect(stderr).toContain(`deployment ${id} (holder) was cancelled: pulled back`);
  });

  test("says once that the deployment is asked to stop, and goes on until the work has ended", async () => {
    const { id, heartbeat } = await beating();

    expect((await cli.run(["cancel", "deployment", String(id), "--cancellation-note", "pulled back"])).code).toBe(0);
    await heartbeat.printed(new RegExp(`ERROR: deployment ${id} .* is asked to stop \\(pulled back\\)`));
    const { alive_until } = await cli.row(id);
    expect(alive_until).not.toBeNull();
    const failed = await cli.run(["fail", String(id), "--note", "its work was ended"]);

    expect(failed.code).toBe(0);
    const { code, stderr } = await heartbeat.end;
    expect(code).toBe(5);
    expect(stderr.match(/is asked to stop/g)).toHaveLength(1);
  });

  test("asks for the stop itself when the maximum duration is over", async () => {
    await cli.queue.environments.set("capped", { maxDuration: 2 });
    const { id, heartbeat } = await beating(undefined, "capped");

    await heartbeat.printed(new RegExp(`ERROR: deployment ${id} .* is asked to stop \\(it ran for longer than 2s\\)`));

    await cli.queue.fail(id);
    expect((await heartbeat.end).code).toBe(5);
  });

  test.each([
    ["--deployment-id 42", (id: number) => ["--deployment-id", String(id)]],
    ["--deployment-id=42", (id: number) => [`--deployment-id=${id}`]],
  ])("takes the id as %s too", async (_, options) => {
    const { id, heartbeat } = await beating(options);

    await cli.queue.finish(id);

    expect((await heartbeat.end).code).toBe(0);
  });

  test("refuses two ids with 2, and takes the same one twice", async () => {
    const { id, heartbeat } = await beating((same) => [String(same), "--deployment-id", String(same)]);
    const { code, stderr } = await cli.run(["heartbeat", "deployment", String(id), "--deployment-id", String(id + 1)]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^deploy-queue: the deployment id is given twice: \d+, and --deployment-id \d+\. .*\n$/);
    await cli.queue.finish(id);

    expect((await heartbeat.end).code).toBe(0);
  });

  test.each([[[]], [["--deployment-id", ""]]])("asks for the id when it is given %j", async (options) => {
    const { code, stderr } = await cli.run(["heartbeat", "deployment", ...options]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^deploy-queue: the deployment id is missing.*\n$/);
  });

  test("keeps the deployment from being reaped", async () => {
    const { id, heartbeat } = await beating(undefined, await cli.environment({ heartbeatTimeout: "3 seconds" }));

    await until("a heartbeat came after the timeout", async () => {
      const [row] = await cli.sql<{ later: boolean }[]>`
        select heartbeat_timestamp > start_timestamp + interval '3.1 seconds' as later
        from deploy_queue.deployments where id = ${id}`;
      return row?.later;
    });
    expect(await cli.sql`select * from deploy_queue.reap_stale_deployments()`).toHaveLength(0);
    await cli.queue.finish(id);

    expect((await heartbeat.end).code).toBe(0);
  });

  test("leaves a deployment to the reaper once it is killed itself", async () => {
    const { id, heartbeat } = await beating();

    heartbeat.process.kill("SIGKILL");
    await heartbeat.end;
    await cli.advance("16 minutes");

    expect(await cli.sql`select id from deploy_queue.reap_stale_deployments()`).toEqual([{ id }]);
    expect((await cli.row(id)).status).toBe("cancelled");
  });

  test("ends at once for a deployment that has ended already", async () => {
    const finished = await cli.running(newPlace());
    await cli.queue.finish(finished);
    const { id: cancelled } = await cli.enqueue();
    await cli.queue.cancel(cancelled);

    expect((await cli.run(["heartbeat", "deployment", String(finished)])).code).toBe(0);
    expect((await cli.run(["heartbeat", "deployment", String(cancelled)])).code).toBe(5);
  });

  test("goes on when its connection is lost", async () => {
    const { id, heartbeat } = await beating();
    await cli.sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'deploy-queue heartbeat deployment'`;

    await cli.queue.finish(id);

    expect((await heartbeat.end).code).toBe(0);
  });
});

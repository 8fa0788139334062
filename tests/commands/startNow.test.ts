import { expect, test } from "vitest";
import { isBlockedBy, newPlace, useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();

test("start-now lets the run that waits go on at once, as if its turn had come, beside what holds the cell", async () => {
  const place = newPlace();
  const holder = await cli.running(place, { heartbeat: true });
  const run = cli.launch(["run", ...place.options, "--", "echo", "deployed"]);
  await isBlockedBy(run, holder);
  const [{ id } = { id: 0 }] = await cli.sql<{ id: number }[]>`
    select id from deploy_queue.deployments where region = ${place.region} and component = 'api'`;

  const { code, stderr } = await cli.run(["start-now", String(id), "--reason", "sev 1"]);

  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("has started past the rules") });
  expect(await run.end).toMatchObject({ code: 0, stdout: expect.stringContaining("deployed") });
  expect(await cli.row(id)).toMatchObject({ forced: true, finish_timestamp: expect.any(Date) });
  expect((await cli.run(["history", String(id)])).stdout).toContain(
    `sev 1; passed: deployment ${holder} (holder) is running`,
  );
});

test("start-now of what no process waits for says that it is to be finished by hand; without a reason it exits with 2", async () => {
  const { id } = await cli.enqueue(newPlace());
  expect(await cli.run(["start-now", String(id)])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--reason is missing"),
  });
  const { stderr } = await cli.run(["start-now", String(id), "--reason", "sev 1"]);
  expect(stderr).toContain("without heartbeats: finish it when its work is done");
  expect((await cli.run(["start-now", String(id), "--reason", "again"])).stderr).toContain("is running already");
  expect((await cli.run(["start-now", "999999", "--reason", "x"])).code).toBe(3);
});

import { expect, test } from "vitest";
import { newPlace, useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();

test("after a failed run the line is held: waiters are told, status shows it first, a rollback passes, and release-line ends it", async () => {
  const environment = await cli.environment();
  await cli.run(["environment", "set", environment, "--hold-line-after-failure"]);
  const place = newPlace(environment);
  const cell = `${environment}-aws-${place.region}-cell-0`;
  expect((await cli.runProcess(["run", ...place.options, "--", "false"])).code).toBe(1);
  const [{ id: failed } = { id: 0 }] = await cli.sql<{ id: number }[]>`
    select id from deploy_queue.deployments where region = ${place.region}`;
  const waiting = cli.begin(["start", ...place.options]);
  await waiting.printed(
    new RegExp(`the line of ${cell} is held by tester .*: deployment ${failed} \\(api\\) has failed`),
  );

  const status = await cli.run(["status", cell]);
  expect(status.code).toBe(4);
  expect(status.stdout).toMatch(/^! line-held: .*\n {4}deploy-queue release-line --cell /m);
  const back = await cli.runProcess(["run", ...place.options, "--rollback-of", String(failed), "--", "true"]);
  expect(back.code).toBe(0);

  const released = await cli.run(["release-line", "--cell", cell, "--reason", "disk was full"]);
  expect(released.stderr).toContain(`the line of ${cell} goes on`);
  expect((await waiting.end).code).toBe(0);
  expect((await cli.run(["release-line", "--cell", cell])).stderr).toContain(`${cell} is not held`);
});

test("hold-line stops a cell by hand; it names the command that ends that, and needs a reason and a known cell", async () => {
  const place = newPlace();
  const { id } = await cli.enqueue(place);
  const cell = `dev-aws-${place.region}-cell-0`;
  const { stderr } = await cli.run(["hold-line", "--cell", cell, "--reason", "hosts answer 500"]);
  expect(stderr).toContain(`deploy-queue release-line --cell ${cell}`);
  expect((await cli.run(["explain", String(id)])).stdout).toContain(`deploy-queue release-line --cell ${cell}`);
  expect((await cli.run(["hold-line", "--cell", cell])).code).toBe(2);
  expect((await cli.run(["hold-line", "--cell", `${cell}9`, "--reason", "x"])).code).toBe(3);
});

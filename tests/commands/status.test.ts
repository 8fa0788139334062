import { expect, test } from "vitest";
import { newPlace, useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();

test("status of a cell shows who holds it and who waits in which order, and exits with 0", async () => {
  const place = newPlace(await cli.environment());
  const id = await cli.running(place, { heartbeat: true });
  const { id: first } = await cli.enqueue({ ...place, component: "web", version: "v2", heartbeat: true });
  const { id: second } = await cli.enqueue({ ...place, component: "api", heartbeat: true });
  const cell = `${place.environment}-aws-${place.region}-cell-0`;

  const { code, stdout } = await cli.run(["status", cell]);

  expect(code).toBe(0);
  const lines = stdout.split("\n");
  expect(lines.slice(0, 3)).toEqual([`${cell}: nothing is wrong; 1 running, 2 waiting`, "", cell]);
  expect(lines[3]).toMatch(new RegExp(`^ {2}running {3}${id} holder by deploy_queue, for \\S+, since 20.*Z$`));
  expect(lines[4]).toMatch(new RegExp(`^ {2}1\\. {8}${first} web@v2 by deploy_queue, start unknown, waits for `));
  expect(lines[5]).toMatch(new RegExp(`^ {2}2\\. {8}${second} api by deploy_queue, start unknown, waits for `));
});

test("status names what needs a look first, with the command to type, and exits with 4", async () => {
  const environment = await cli.environment();
  const { id: idle } = await cli.enqueue(newPlace(environment));
  const orphan = await cli.running(newPlace(environment));
  const silent = await cli.running(newPlace(environment), { heartbeat: true });
  await cli.advance("2 hours");

  const { code, stdout } = await cli.run(["status", environment]);

  expect(code).toBe(4);
  expect(stdout).toContain(`${environment}: 3 need a look; 2 running, 1 waiting; 0 of 3 cells are free\n! `);
  for (const [kind, command, id] of [
    ["idle", "cancel deployment", idle],
    ["unkept", "finish", orphan],
    ["silent", "cancel deployment", silent],
  ] as const) {
    expect(stdout).toMatch(
      new RegExp(`^! ${kind}: deployment ${id} .*\n {4}deploy-queue ${command} ${id} {2}\\(`, "m"),
    );
  }
});

test("status advises force once what was asked to stop has had its time", async () => {
  const environment = await cli.environment();
  const id = await cli.running(newPlace(environment), { heartbeat: true, stopGrace: 30 });
  await cli.queue.cancel(id);
  const force = `deploy-queue cancel deployment ${id} --force`;
  expect((await cli.run(["status", environment])).stdout).not.toContain("deploy-queue cancel");

  await cli.advance("31 seconds");
  expect((await cli.run(["status", environment])).stdout).toContain(
    `${force}  (frees the cell at once: once its work has ended)`,
  );

  await cli.advance("2 hours");
  expect((await cli.run(["status", environment])).stdout).toMatch(
    new RegExp(`^! silent: .*\n    ${force}  \\(if its process is gone\\)$`, "m"),
  );
});

test("status tells freezes with their numbers and windows, and what they withhold", async () => {
  const environment = await cli.environment();
  const { id } = await cli.enqueue({ ...newPlace(environment), heartbeat: true });
  const { freeze_id: freeze } = await cli.queue.policies.freeze({ environment }, "the data centre moves");
  await cli.queue.policies.addWindow(environment, [1, 2, 3, 4, 5, 6, 7], "00:00", "00:01", "UTC");

  const { stdout } = await cli.run(["status", "--environment", environment]);

  expect(stdout).toMatch(
    new RegExp(
      `^freeze ${freeze} of ${environment} by .*: the data centre moves \\(deploy-queue thaw ${freeze}\\)$`,
      "m",
    ),
  );
  expect(stdout).toMatch(new RegExp(`^window \\d+ of ${environment}, daily 00:00 to 00:01 UTC: `, "m"));
  expect(stdout).toMatch(new RegExp(`^ {2}1\\. {8}${id} .*, start unknown \\(.*freeze\\), waits for`, "m"));
});

test("status of a provider or region is about it alone, and --json prints the same as one document", async () => {
  const environment = await cli.environment();
  const [place, other] = [newPlace(environment), newPlace(environment)];
  const id = await cli.running(place, { heartbeat: true });
  await cli.running(other, { heartbeat: true });

  const region = await cli.run(["status", `${environment}-aws-${place.region}`, "--json"]);
  const provider = await cli.run(["status", `${environment}-aws`, "--json"]);

  expect(JSON.parse(region.stdout)).toMatchObject({
    ...{ place: `${environment}-aws-${place.region}`, problems: [], freezes: [], windows: [] },
    cells: [{ cell_index: 0, holders: [{ deployment_id: id, status: "running" }], waiting: [], held: [] }],
  });
  expect(JSON.parse(provider.stdout).cells).toHaveLength(2);
});

test("status of an unknown place names those most like it and exits with 3", async () => {
  const environment = await cli.environment();
  const { code, stderr } = await cli.run(["status", `${environment}x`]);
  expect(code).toBe(3);
  expect(stderr).toContain(environment);
});

test("status and explain say how many slots of a cell are taken", async () => {
  const place = newPlace(await cli.environment());
  await cli.queue.environments.set(place.environment, { slots: 2 });
  const first = await cli.running(place);
  await cli.queue.environments.setComponent(place.environment, "holder", { slots: 1 });
  const { id: limited } = await cli.enqueue({ ...place, component: "holder" });
  const { id: other } = await cli.enqueue({ ...place, component: "web" });
  const status = async () => (await cli.run(["status", `${place.environment}-aws-${place.region}-cell-0`])).stdout;
  expect(await status()).toMatch(new RegExp(`-cell-0: 1 of 2 slots is taken\\n +running +${first} holder in slot 1 `));
  expect((await cli.run(["explain", String(limited)])).stdout).toMatch(
    new RegExp(
      `waits:\\n  holder may take 1 slot at once\\n  running: deployment ${first} \\(holder\\) in slot 1 of 2`,
    ),
  );
  await cli.queue.tryStart(other);
  expect(await status()).toContain("-cell-0: 2 of 2 slots are taken");
  const { id: last } = await cli.enqueue({ ...place, component: "dns" });
  expect((await cli.run(["explain", String(last)])).stdout).toContain("waits:\n  2 of 2 slots are taken\n  running: ");
});

import { expect, test } from "vitest";
import { newPlace, useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();

test("finish ends a running deployment well", async () => {
  const id = await cli.running(newPlace());

  const { code, stdout, stderr } = await cli.run(["finish", String(id)]);

  expect(code).toBe(0);
  expect(stdout).toBe("");
  expect(stderr).toContain(`deployment ${id} (holder) finished at`);
  expect((await cli.row(id)).status).toBe("finished");
});

test("an id may stand behind --", async () => {
  const id = await cli.running(newPlace());
  expect((await cli.run(["finish", "--", String(id)])).code).toBe(0);
  expect((await cli.row(id)).status).toBe("finished");
});

test("a deployment that is to be verified finishes with --verified only, and what is verified is shown", async () => {
  await cli.queue.environments.set("strict", { requireVerification: true });
  const id = await cli.running({ ...newPlace(), environment: "strict" });
  const refused = await cli.run(["finish", String(id)]);
  expect(refused.code).toBe(4);
  expect(refused.stderr).toContain(`cannot finish before it is verified`);
  expect(refused.stderr).toContain(`then call "deploy-queue finish ${id} --verified"`);

  await cli.queue.beginVerification(id);
  const [info, running, status] = [
    await cli.run(["info", String(id)]),
    await cli.run(["list", "running", "--environment", "strict"]),
    await cli.run(["status", "--environment", "strict"]),
  ];
  expect(info.stdout).toMatch(new RegExp(`^${id} verifying holder`));
  expect(info.stdout).toMatch(/verification began \S+Z/);
  expect(running.stdout).toMatch(/, verifying for \d+m?s/);
  expect(status.stdout).toMatch(/verifying .*, being verified for \d+m?s/);

  expect((await cli.run(["finish", String(id), "--verified"])).code).toBe(0);
  expect((await cli.run(["info", String(id)])).stdout).toMatch(/finished \S+Z, verified/);
  expect((await cli.run(["history", String(id)])).stdout).toMatch(/finished .*verified/);
});

test("finish prints one JSON document with --json", async () => {
  const id = await cli.running(newPlace());

  const { stdout } = await cli.run(["finish", String(id), "--json"]);

  expect(JSON.parse(stdout)).toMatchObject({ deployment_id: id, cancellation_timestamp: null, component: "holder" });
});

test("finishing a finished deployment is success and says so", async () => {
  const id = await cli.running(newPlace());
  await cli.queue.finish(id);
  const { finish_timestamp } = await cli.row(id);

  const { code, stderr } = await cli.run(["finish", String(id)]);

  expect(code).toBe(0);
  // In one line: that of the database.
  expect(stderr).toMatch(new RegExp(`^\\S+ INFO: deployment ${id} \\(holder\\) has already finished\n$`));
  expect((await cli.row(id)).finish_timestamp).toEqual(finish_timestamp);
  expect(await cli.events(id)).toEqual(["enqueued", "started", "finished"]);
});

test.each(["queued", "cancelled"])("finishing a %s deployment is refused with 4", async (state) => {
  const { id } = await cli.enqueue();
  if (state === "cancelled") {
    await cli.queue.cancel(id, "because");
  }

  const { code, stdout, stderr } = await cli.run(["finish", String(id)]);

  expect(code).toBe(4);
  expect(stdout).toBe("");
  expect(stderr).toMatch(new RegExp(`^deploy-queue: deployment ${id} \\(api\\) .*${state}.*\\n$`));
  expect((await cli.row(id)).status).toBe(state);
});

test("finish leaves the cell to its buffer", async () => {
  const environment = await cli.environment({ bufferTime: "1 hour" });
  const place = newPlace(environment);
  const id = await cli.running(place);

  await cli.run(["finish", String(id)]);

  expect((await cli.row(id)).status).toBe("buffering");
});

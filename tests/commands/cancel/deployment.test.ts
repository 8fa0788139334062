import { expect, test } from "vitest";
import { newPlace, useCommandLine } from "../../support/commandLine.js";

const cli = useCommandLine();

test.each(["queued", "running"])("cancel deployment cancels a %s one, with a note", async (state) => {
  const id = state === "running" ? await cli.running(newPlace()) : (await cli.enqueue()).id;

  const { code, stdout, stderr } = await cli.run(["cancel", "deployment", String(id), "--cancellation-note", "why"]);

  expect(code).toBe(0);
  expect(stdout).toBe("");
  expect(stderr).toMatch(new RegExp(`deployment ${id} \\(.*\\) was cancelled at `));
  expect(await cli.row(id)).toMatchObject({ status: "cancelled", cancellation_note: "why" });
});

test.each([
  ["without a note", []],
  ["with an empty note", ["--cancellation-note", ""]],
])("cancel deployment works %s", async (_, options) => {
  const { id } = await cli.enqueue();

  const { code } = await cli.run(["cancel", "deployment", String(id), ...options]);

  expect(code).toBe(0);
  expect(await cli.row(id)).toMatchObject({ status: "cancelled", cancellation_note: null });
});

test("cancel deployment prints one JSON document with --json", async () => {
  const { id } = await cli.enqueue();

  const { stdout } = await cli.run(["cancel", "deployment", String(id), "--json"]);

  expect(JSON.parse(stdout)).toMatchObject({ deployment_id: id, finish_timestamp: null });
});

test("cancelling a cancelled deployment is success, says so and keeps the first note", async () => {
  const { id } = await cli.enqueue();
  await cli.queue.cancel(id, "first");

  const { code, stderr } = await cli.run(["cancel", "deployment", String(id), "--cancellation-note", "second"]);

  expect(code).toBe(0);
  expect(stderr).toMatch(new RegExp(`^\\S+ INFO: deployment ${id} \\(api\\) is already cancelled\n$`));
  expect((await cli.row(id)).cancellation_note).toBe("first");
  expect(await cli.events(id)).toEqual(["enqueued", "cancelled"]);
});

test("cancelling a finished deployment is refused with 4", async () => {
  const id = await cli.running(newPlace());
  await cli.queue.finish(id);

  const { code, stderr } = await cli.run(["cancel", "deployment", String(id)]);

  expect(code).toBe(4);
  expect(stderr).toMatch(new RegExp(`^deploy-queue: deployment ${id} \\(holder\\) finished at .*\\n$`));
  expect((await cli.row(id)).status).toBe("finished");
});

test("a deployment that is kept is asked to stop, and cancel says that it holds its cell", async () => {
  const place = newPlace();
  const { id } = await cli.enqueue({ ...place, heartbeat: true });
  await cli.queue.tryStart(id, { heartbeat: true, stopGrace: 30 });

  const { code, stderr } = await cli.run(["cancel", "deployment", String(id)]);

  expect(code).toBe(0);
  expect(stderr).toMatch(
    /is asked to stop; it holds its cell until its command has ended; its keeper has (?:30|29)s more to end it/,
  );
  expect((await cli.row(id)).status).toBe("stopping");
});

test("cancel says of a deployment whose keeper cannot stop the work how to free its cell", async () => {
  const id = await cli.running(newPlace(), { heartbeat: true });

  const { stderr } = await cli.run(["cancel", "deployment", String(id)]);

  expect(stderr).toContain(`its keeper cannot end the work`);
  expect(stderr).toContain(`"deploy-queue cancel deployment ${id} --force"`);
});

test("cancel --force says what it risks, needs --yes in a script, and frees the cell at once", async () => {
  const id = await cli.running(newPlace(), { heartbeat: true });
  const command = ["cancel", "deployment", String(id), "--force"];

  const asked = await cli.run(command);
  expect(asked.code).toBe(2);
  expect(asked.stderr).toContain("works beside the next deployment");
  expect(asked.stderr).toContain("Add --yes");
  expect((await cli.row(id)).status).toBe("running");

  expect((await cli.run([...command, "--yes"])).code).toBe(0);
  expect(await cli.row(id)).toMatchObject({ status: "cancelled", cancellation_kind: "forced" });
});

test("cancel deployment --queued-only refuses what runs with 4, and does not go with --force", async () => {
  const running = await cli.running(newPlace());
  const { id } = await cli.enqueue();
  const cancel = (one: number, ...more: string[]) =>
    cli.run(["cancel", "deployment", String(one), "--queued-only", ...more]);

  const refused = await cancel(running);

  expect(refused.code).toBe(4);
  expect(refused.stderr).toContain(`deployment ${running} (holder) is not queued any more: it started at `);
  expect(refused.stderr).toContain(`deploy-queue cancel deployment ${running}`);
  expect((await cli.row(running)).status).toBe("running");
  expect((await cancel(id, "--force")).code).toBe(2);
  expect(JSON.parse((await cancel(id, "--json")).stdout)).toMatchObject({ deployment_id: id });
  expect((await cli.row(id)).status).toBe("cancelled");
});

import { expect, test } from "vitest";
import { newPlace, useCommandLine } from "../../support/commandLine.js";

const cli = useCommandLine();

test("cancel version cancels what is queued or running of it, in every cell, and lists it", async () => {
  const one = newPlace();
  const finished = await cli.enqueue({ ...one, component: "web", version: "v1" });
  await cli.queue.tryStart(finished.id);
  await cli.queue.finish(finished.id);
  const running = await cli.enqueue({ ...one, component: "web", version: "v1" });
  await cli.queue.tryStart(running.id);
  const queued = await cli.enqueue({ ...newPlace(), component: "web", version: "v1" });
  const other = await cli.enqueue({ component: "web", version: "v2" });
  const command = ["cancel", "version", "--component", "web", "--version", "v1", "--cancellation-note", "pulled back"];

  const { code, stdout } = await cli.run(command);

  expect(code).toBe(0);
  expect(stdout.split("\n")).toEqual([
    "Cancelled 2 deployments:",
    `  - ${running.id} web@v1 in dev-aws-${one.region}-cell-0`,
    `  - ${queued.id} web@v1 in dev-aws-${queued.region}-cell-0`,
    "",
  ]);
  expect(await cli.row(queued.id)).toMatchObject({ status: "cancelled", cancellation_note: "pulled back" });
  expect((await cli.row(finished.id)).status).toBe("finished");
  expect((await cli.row(other.id)).status).toBe("queued");
});

test("cancel version with nothing to cancel is success and says so", async () => {
  const command = ["cancel", "version", "--component", "nothing", "--version", "v1"];

  expect(await cli.run(command)).toMatchObject({ code: 0, stdout: "Cancelled 0 deployments\n" });
  expect(JSON.parse((await cli.run([...command, "--json"])).stdout)).toEqual([]);
});

test("cancel version prints one JSON document with --json", async () => {
  const { id } = await cli.enqueue({ component: "json", version: "v1" });

  const { stdout } = await cli.run(["cancel", "version", "--component", "json", "--version", "v1", "--json"]);

  expect(JSON.parse(stdout)).toMatchObject([{ id, version: "v1" }]);
});

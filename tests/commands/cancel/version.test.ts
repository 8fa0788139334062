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

  const { code, stdout } = await cli.run([...command, "--yes"]);

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

test("cancel version in a script shows what it would cancel, and needs --yes for more than one", async () => {
  const first = await cli.enqueue({ component: "asked", version: "v1" });
  const second = await cli.enqueue({ component: "asked", version: "v1" });
  const command = ["cancel", "version", "-c", "asked", "-v", "v1"];

  const { code, stdout, stderr } = await cli.run(command);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(`2 deployments to cancel:\n  - ${first.id} asked@v1 in `);
  expect(stderr).toContain("nothing was done: there is no terminal to ask at. Add --yes");

  const dry = await cli.run([...command, "--dry-run", "--json"]);
  expect(JSON.parse(dry.stdout)).toMatchObject([{ deployment_id: first.id }, { deployment_id: second.id }]);
  expect((await cli.row(second.id)).status).toBe("queued");

  await cli.queue.cancel(first.id);
  expect((await cli.run(command)).code).toBe(0);
  expect((await cli.row(second.id)).status).toBe("cancelled");
});

test("cancel version with --environment leaves other environments alone", async () => {
  const meant = await cli.enqueue({ environment: "prod", component: "both", version: "v1" });
  const other = await cli.enqueue({ environment: "dev", component: "both", version: "v1" });

  const { stdout } = await cli.run(["cancel", "version", "-c", "both", "-v", "v1", "-e", "prod", "--json"]);

  expect(JSON.parse(stdout)).toMatchObject([{ deployment_id: meant.id }]);
  expect((await cli.row(other.id)).status).toBe("queued");
});

test("cancel version of a version that no deployment has had is exit code 3, and names those most like it", async () => {
  await cli.enqueue({ component: "checkout", version: "v1.2.3" });

  const version = await cli.run(["cancel", "version", "-c", "checkout", "-v", "v1.2.4"]);
  expect(version).toMatchObject({ code: 3, stdout: "" });
  expect(version.stderr).toContain("no deployment has had version v1.2.4 of checkout. Most like it: v1.2.3\n");

  const component = await cli.run(["cancel", "version", "-c", "chekout", "-v", "v1.2.3"]);
  expect(component).toMatchObject({ code: 3 });
  expect(component.stderr).toContain("Most like it: checkout");
});

test("cancel version with nothing left to cancel is success and says so", async () => {
  const { id } = await cli.enqueue({ component: "nothing", version: "v1" });
  await cli.queue.cancel(id);
  const command = ["cancel", "version", "--component", "nothing", "--version", "v1"];

  expect(await cli.run(command)).toMatchObject({ code: 0, stdout: "Cancelled 0 deployments\n" });
  expect(JSON.parse((await cli.run([...command, "--json"])).stdout)).toEqual([]);
});

test("cancel version prints one JSON document with --json", async () => {
  const { id } = await cli.enqueue({ component: "json", version: "v1" });

  const { stdout } = await cli.run(["cancel", "version", "--component", "json", "--version", "v1", "--json"]);

  expect(JSON.parse(stdout)).toMatchObject([{ deployment_id: id, version: "v1" }]);
});

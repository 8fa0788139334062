import { expect, test } from "vitest";
import { newPlace, useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();

test("history prints a line an event: when, by whom, with what and why", async () => {
  const { id } = await cli.enqueue();
  await cli.queue.tryStart(id);
  await cli.run(["cancel", "deployment", String(id), "--cancellation-note", "health checks failed"]);

  const { code, stdout } = await cli.run(["history", String(id)]);

  expect(code).toBe(0);
  const lines = stdout.trimEnd().split("\n");
  expect(lines[0]).toMatch(/^time +after +event +state +by +with +why$/);
  expect(lines[1]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ +enqueued +queued +\w+ +tests, [\da-f.:]+/);
  expect(lines[2]).toMatch(/Z +\d+m?s +started +queued to running +\w+ +tests, /);
  expect(lines[3]).toMatch(
    / cancelled +running to cancelled +tester \(\w+\) +deploy-queue cancel deployment, \S+ +health checks failed$/,
  );
  expect(lines).toHaveLength(4);
});

test("history says how a deployment was cancelled, when not at once", async () => {
  const { id } = await cli.enqueue();
  await cli.queue.tryStart(id);
  await cli.run(["cancel", "deployment", String(id), "--force", "--yes"]);

  const { stdout } = await cli.run(["history", String(id)]);

  expect(stdout).toMatch(/ cancelled \(forced\) +running to cancelled /);
});

test("history prints one JSON document with --json", async () => {
  const holder = await cli.running(newPlace());

  const { stdout } = await cli.run(["history", String(holder), "--json"]);

  expect(JSON.parse(stdout)).toMatchObject([
    { deployment_id: holder, kind: "enqueued", from_state: null, to_state: "queued" },
    { deployment_id: holder, kind: "started", from_state: "queued", to_state: "running" },
  ]);
});

test("history of an unknown deployment exits with 3", async () => {
  const { code, stdout, stderr } = await cli.run(["history", "123456789"]);

  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toMatch(
    /^deploy-queue: deployment 123456789 does not exist\. Ids come from "deploy-queue start" and .+\n$/,
  );
});

test("history of what is no id exits with 2", async () => {
  const { code, stderr } = await cli.run(["history", "api"]);

  expect(code).toBe(2);
  expect(stderr).toMatch(/^deploy-queue: the deployment id must be a whole number, not "api"\n$/);
});

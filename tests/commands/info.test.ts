import { expect, test } from "vitest";
import { newPlace, useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();

test("info shows a deployment with its place, when what happened, and by whom, all on stdout", async () => {
  const place = { environment: "prod", cloudProvider: "aws", region: "r", cellIndex: 1, component: "api" };
  const { id } = await cli.queue.enqueue({ ...place, version: "v1.2.3", note: "hotfix", url: "https://example.com" });
  await cli.queue.tryStart(id);
  await cli.queue.finish(id);
  const { entered_by, created_at, start_timestamp, finish_timestamp } = await cli.row(id);

  const { code, stdout, stderr } = await cli.run(["info", String(id)]);

  expect(code).toBe(0);
  expect(stderr).toBe("");
  expect(stdout.trimEnd().split("\n")).toEqual([
    `${id} buffering api@v1.2.3: (hotfix) (https://example.com)`,
    "  in prod-aws-r-cell-1",
    `  entered ${second(created_at)} by ${entered_by}`,
    `  started ${second(start_timestamp)}`,
    `  finished ${second(finish_timestamp)}`,
  ]);
  expect(entered_by).toMatch(/^\w+$/);
});

function second(moment: Date | null): string | undefined {
  return moment?.toISOString().replace(/\.\d+Z$/, "Z");
}

test("info leaves out what a deployment does not have", async () => {
  const { id } = await cli.enqueue({ region: "here" });
  const { entered_by } = await cli.row(id);
  const told = async (given: string) => {
    const { stdout } = await cli.run(["info", given]);
    return stdout
      .replaceAll(/ \d{4}-\S+Z\b/g, "")
      .trimEnd()
      .split("\n  ");
  };
  const place = ["in dev-aws-here-cell-0", `entered by ${entered_by}`];

  expect(await told(String(id))).toEqual([`${id} queued api`, ...place]);
  await cli.queue.tryStart(id);
  expect(await told(` ${id} `)).toEqual([`${id} running api`, ...place, "started"]);
  await cli.queue.cancel(id);
  expect(await told(`0${id}`)).toEqual([
    `${id} cancelled api`,
    ...place,
    "started",
    `cancelled by ${entered_by} (tests)`,
  ]);
});

test("info prints one JSON document with --json", async () => {
  const { id } = await cli.enqueue();

  const { stdout } = await cli.run(["info", String(id), "--json"]);

  expect(JSON.parse(stdout)).toMatchObject({
    ...{ deployment_id: id, status: "queued", component: "api", version: null, cancelled_by: null },
    ...{ verified_subject: null, verified_run: null, verified_commit: null },
  });
  expect(JSON.parse(stdout)).not.toHaveProperty("keeper");
  expect(JSON.parse(stdout)).not.toHaveProperty("id");
});

test("info of an unknown deployment exits with 3", async () => {
  const { code, stdout, stderr } = await cli.run(["info", "123456789"]);

  expect(code).toBe(3);
  expect(stdout).toBe("");
  expect(stderr).toMatch(
    /^deploy-queue: deployment 123456789 does not exist\. Ids come from "deploy-queue start" and .+\n$/,
  );
});

test("info tells who has asked a deployment to stop, and why", async () => {
  const id = await cli.running(newPlace(), { heartbeat: true });
  await cli.queue.cancel(id, "outage");

  const { stdout } = await cli.run(["info", String(id)]);

  expect(stdout).toMatch(new RegExp(`^${id} stopping holder\n`));
  expect(stdout).toMatch(/\n {2}asked to stop \S+Z by \S+ \(tests\)\n {2}because: outage\n$/);
});

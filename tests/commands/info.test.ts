import { expect, test } from "vitest";
import { newPlace, useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();

test("info shows a deployment in one line, and its log says where, when and by whom", async () => {
  const place = { environment: "prod", cloudProvider: "aws", region: "r", cellIndex: 1, component: "api" };
  const { id } = await cli.queue.enqueue({ ...place, version: "v1.2.3", note: "hotfix", url: "https://example.com" });
  await cli.queue.tryStart(id);
  await cli.queue.finish(id);
  const { entered_by, created_at, start_timestamp, finish_timestamp } = await cli.row(id);

  const { code, stdout, stderr } = await cli.run(["info", String(id)]);

  expect(code).toBe(0);
  expect(stdout).toBe(`${id} deployed api@v1.2.3: (hotfix) (https://example.com)\n`);
  expect(logged(stderr)).toBe(
    `in prod-aws-r-cell-1, entered ${second(created_at)} by ${entered_by}, ` +
      `started ${second(start_timestamp)}, finished ${second(finish_timestamp)}`,
  );
  expect(entered_by).toMatch(/^\w+$/);
});

function second(moment: Date | null): string | undefined {
  return moment?.toISOString().replace(/\.\d+Z$/, "Z");
}

/** The only line of a log, without its time. */
function logged(stderr: string): string | undefined {
  return /^\[\d\d:\d\d:\d\dZ\] INFO: (.+)\n$/.exec(stderr)?.[1];
}

test("info leaves out what a deployment does not have", async () => {
  const { id } = await cli.enqueue({ region: "here" });
  const { entered_by } = await cli.row(id);
  const told = async (given: string) => {
    const { stdout, stderr } = await cli.run(["info", given]);
    return [stdout, logged(stderr)?.replaceAll(/ \d{4}-\S+Z\b/g, "")];
  };
  const place = `in dev-aws-here-cell-0, entered by ${entered_by}`;

  expect(await told(String(id))).toEqual([`${id} queued api\n`, place]);
  await cli.queue.tryStart(id);
  expect(await told(` ${id} `)).toEqual([`${id} deploying api\n`, `${place}, started`]);
  await cli.queue.cancel(id);
  expect(await told(`0${id}`)).toEqual([
    `${id} cancelled api\n`,
    `${place}, started, cancelled by ${entered_by} (tests)`,
  ]);
});

test("info prints one JSON document with --json", async () => {
  const { id } = await cli.enqueue();

  const { stdout } = await cli.run(["info", String(id), "--json"]);

  expect(JSON.parse(stdout)).toMatchObject({ id, status: "queued", component: "api", version: null });
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

  const { stdout, stderr } = await cli.run(["info", String(id)]);

  expect(stdout).toBe(`${id} stopping holder\n`);
  expect(stderr).toMatch(/, asked to stop \S+Z by \S+ \(tests\): outage\n$/);
});

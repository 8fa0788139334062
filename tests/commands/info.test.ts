import { expect, test } from "vitest";
import { useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();

test("info shows a deployment in one line", async () => {
  const place = { environment: "prod", cloudProvider: "aws", region: "r", cellIndex: 1, component: "api" };
  const { id } = await cli.queue.enqueue({ ...place, version: "v1.2.3", note: "hotfix", url: "https://example.com" });
  await cli.queue.tryStart(id);
  await cli.queue.finish(id);

  const { code, stdout, stderr } = await cli.run(["info", String(id)]);

  expect(code).toBe(0);
  expect(stdout).toBe(`${id} deployed api@v1.2.3: (hotfix) (https://example.com)\n`);
  expect(stderr).toBe("");
});

test("info leaves out what a deployment does not have", async () => {
  const { id } = await cli.enqueue();

  expect((await cli.run(["info", String(id)])).stdout).toBe(`${id} queued api\n`);
  await cli.queue.tryStart(id);
  expect((await cli.run(["info", ` ${id} `])).stdout).toBe(`${id} deploying api\n`);
  await cli.queue.cancel(id);
  expect((await cli.run(["info", `0${id}`])).stdout).toBe(`${id} cancelled api\n`);
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
  expect(stderr).toMatch(/^deploy-queue: deployment 123456789 does not exist\. Ids are printed by .+\n$/);
});

import { expect, test } from "vitest";
import { newPlace, useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();

test("assert is content with a deployment that runs", async () => {
  const id = await cli.running(newPlace());

  const { code, stdout, stderr } = await cli.run(["assert", String(id)]);

  expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  expect(stderr).toMatch(new RegExp(`deployment ${id} \\(holder\\) holds dev-aws-place-`));
});

test("assert takes the id from the surrounding run", async () => {
  const id = await cli.running(newPlace());

  expect((await cli.run(["assert"], { DEPLOY_QUEUE_DEPLOYMENT_ID: String(id) })).code).toBe(0);
  expect(await cli.run(["assert"])).toMatchObject({ code: 2, stderr: expect.stringContaining("its id, or --url") });
});

test.each([
  ["queued", async (id: number) => void id],
  [
    "being stopped",
    async (id: number) => {
      await cli.queue.tryStart(id, { heartbeat: true });
      await cli.queue.cancel(id);
    },
  ],
  [
    "finished",
    async (id: number) => {
      await cli.queue.tryStart(id);
      await cli.queue.finish(id);
    },
  ],
  ["cancelled", async (id: number) => void (await cli.queue.cancel(id))],
])("assert refuses a deployment that is %s with 4", async (state, bring) => {
  const { id } = await cli.enqueue(newPlace());
  await bring(id);

  const { code, stderr } = await cli.run(["assert", String(id)]);

  expect(code).toBe(4);
  expect(stderr).toContain(state);
});

test("assert finds the deployment of a job by its url and its place", async () => {
  const url = "https://example.com/assert";
  const { environment, region } = newPlace();
  const where = { environment, region, cloudProvider: "aws", cellIndex: 0, component: "api" };
  const { id } = await cli.queue.enqueue({ ...where, url }, { start: true });
  const command = ["assert", "--url", url, "--environment", environment];

  const { code, stdout } = await cli.run([...command, "--region", region, "--cell-index", "0", "--json"]);

  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ deployment_id: id });
  expect(await cli.run([...command, "--region", "elsewhere"])).toMatchObject({ code: 3 });
});

test("assert of an unknown deployment exits with 3, and refuses what contradicts itself with 2", async () => {
  expect((await cli.run(["assert", "999999"])).code).toBe(3);
  expect((await cli.run(["assert", "1", "--url", "https://example.com"])).code).toBe(2);
  expect((await cli.run(["assert", "1", "--region", "r"])).code).toBe(2);
});
